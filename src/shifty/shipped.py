"""Files that are not Python and come with Shifty: JavaScript for Playwright and for the pages."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(*names: str) -> Path | None:
    """A file of our ``js`` folder: inside the package in a wheel, in the repository otherwise; None: it is missing."""
    files = (folder.joinpath("js", *names) for folder in (_PACKAGE, *_PACKAGE.parents[:2]))
    return next((file for file in files if file.is_file()), None)
