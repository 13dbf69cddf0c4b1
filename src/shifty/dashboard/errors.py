"""Refusals of this room."""

from shifty.errors import Forbidden, NotFound, Unauthenticated


class NotSignedIn(Unauthenticated):
    """Nobody is signed in; ``wanted`` is the path to go on to afterwards."""

    def __init__(self, wanted: str) -> None:
        super().__init__("Sign in with an API key.")
        self.wanted = wanted


class ForeignForm(Forbidden):
    """A form that is not one of our pages', or that was open since an earlier sign-in."""

    def __init__(self) -> None:
        super().__init__(
            "This form is out of date, or comes from another site. Go back, reload the page, and try again."
        )


class PageNotFound(NotFound):
    """There is no such page, or no such part of one."""

    def __init__(self) -> None:
        super().__init__("There is no such page.")


class ErrorNotSeen(NotFound):
    """No run that has ended lately had such an error."""

    def __init__(self, digest: str, days: int) -> None:
        super().__init__(
            f"No run that ended in the last {days} days had the error {digest[:100]}. A run counts as soon as it has "
            "ended: look at the errors of the run itself until then.",
            {"digest": digest[:100]},
        )
