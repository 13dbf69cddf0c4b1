"""What can be wrong with a page that somebody asked us to look at."""

from shifty.errors import UsageError


class NoChromium(UsageError):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"Chromium does not start: {why}. Install it (`playwright install chromium`, or your system's package"
            + " `chromium`), or name one with --chromium PATH."
        )


class PageDidNotLoad(UsageError):
    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address} does not load: {why}. Is the address right, and does it open in a browser here?")
