"""An element of a page as the engine sees it: what ``js/heal/collect.js`` collects, and what a fingerprint keeps."""

import msgspec


class Element(msgspec.Struct, rename="camel", kw_only=True, frozen=True, omit_defaults=True):
    """Empty and None mean: it has none, or whoever collected it did not look. Texts have single spaces and are cut."""

    tag: str
    id: str = ""
    name: str = ""
    """The attribute ``name``."""
    type: str = ""
    role: str = ""
    """Of ARIA: explicit, else what the tag implies."""
    accessible_name: str = ""
    text: str = ""
    """What a person reads in it."""
    label: str = ""
    placeholder: str = ""
    title: str = ""
    alt: str = ""
    value: str = ""
    """Of buttons only: what somebody has typed is not ours to keep."""
    href: str = ""
    test_id: str = ""
    """Of the attribute that the project uses for it, ``data-testid`` by default."""
    classes: list[str] = []
    data: dict[str, str] = {}
    """Attributes ``data-*`` by full name."""
    attributes: dict[str, str] = {}
    """Others that may identify it: ``aria-*``, ``for``, ``src``, ``action`` …"""
    is_button: bool = False
    xpath: str = ""
    idxpath: str = ""
    """From the nearest ancestor with an id: ``//*[@id='gb']/span[2]``."""
    ancestors: list[str] = []
    """Nearest first, at most eight: ``form#login.card.wide``."""
    neighbor_text: str = ""
    """Words within 50 px around it."""
    heading: str = ""
    """The nearest heading above it in the document."""
    x: float = 0
    y: float = 0
    w: float = 0
    h: float = 0
    """Box in CSS pixels, relative to the document."""
    sibling_index: int = 0
    sibling_count: int = 0
    visible: bool = True
    enabled: bool = True
    editable: bool = False
    shadow: list[str] = []
    """Hosts of the open shadow roots around it, outermost first."""
    ref: str = ""
    """A Playwright selector that finds exactly it in its frame, now."""
