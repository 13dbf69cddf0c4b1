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
