"""What the plugin says about itself at the end of a session: each thing once, since the next step will run into it."""


class Notes:
    def __init__(self) -> None:
        self.said: dict[str, None] = {}

    def once(self, sentence: str) -> None:
        self.said.setdefault(sentence)


def reason_of(error: BaseException) -> str:
    """Its first line."""
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:300]
