"""Which candidates an action can be meant for: nobody types into a link."""

from collections.abc import Callable, Sequence

from shifty.healing.engine.element import Element

_NOT_TYPED = frozenset({"button", "submit", "reset", "image", "checkbox", "radio", "file", "hidden", "range", "color"})
_TYPED_ROLES = frozenset({"textbox", "searchbox", "combobox", "spinbutton"})
_CHECKED_ROLES = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})


def fitting(candidates: Sequence[Element], action: str) -> list[int]:
    """Indices of the candidates that ``action`` could work on; all of them where any element will do."""
    fits = _FITS.get(action.rpartition(".")[2].lower())
    if fits is None:
        return list(range(len(candidates)))
    return [index for index, candidate in enumerate(candidates) if fits(candidate)]


def _typed(element: Element) -> bool:
    if element.tag == "input":
        return element.type.lower() not in _NOT_TYPED and not element.is_button
    return element.editable or element.tag == "textarea" or element.role in _TYPED_ROLES - {"combobox"}


def _checked(element: Element) -> bool:
    if element.tag == "input" and element.type.lower() in ("checkbox", "radio"):
        return True
    return element.role in _CHECKED_ROLES or element.tag == "label"


def _selected(element: Element) -> bool:
    return element.tag == "select"


def _given_files(element: Element) -> bool:
    return element.tag == "input" and element.type.lower() == "file"


_FITS: dict[str, Callable[[Element], bool]] = {
    **dict.fromkeys(("fill", "type", "clear", "presssequentially"), _typed),
    **dict.fromkeys(("check", "uncheck", "setchecked"), _checked),
    **dict.fromkeys(("selectoption",), _selected),
    **dict.fromkeys(("setinputfiles",), _given_files),
}
