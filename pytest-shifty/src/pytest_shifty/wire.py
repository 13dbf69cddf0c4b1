"""What travels between this plugin and the server; the names are those on the wire."""

from typing import Literal, NotRequired, TypedDict

Mode = Literal["off", "propose", "heal"]
Decision = Literal["heal", "propose", "refuse"]
Reason = Literal["not-found", "strict"]


class Element(TypedDict, total=False):
    """As ``collect.js`` describes it; empty fields are left out."""

    tag: str
    id: str
    name: str
    type: str
    role: str
    accessibleName: str
    text: str
    label: str
    placeholder: str
    href: str
    testId: str
    classes: list[str]
    data: dict[str, str]
    attributes: dict[str, str]
    visible: bool
    x: float
    y: float
    w: float
    h: float
    xpath: str
    shadow: list[str]
    ref: str


class Snapshot(TypedDict):
    url: str
    title: str
    count: int
    total: int
    truncated: bool
    elements: list[Element]
    digest: str


class Glance(TypedDict):
    """Of a page, without its elements."""

    digest: str
    shape: str


class Place(TypedDict):
    file: str
    line: int
    column: int


class Ranked(TypedDict):
    candidate: int
    confidence: float


class HealAnswer(TypedDict):
    decision: Literal["heal", "propose", "refuse", "wait"]
    waitMs: NotRequired[int]
    confidence: NotRequired[float]
    strategy: NotRequired[str]
    candidate: NotRequired[int | None]
    alternatives: NotRequired[list[Ranked]]
    explanation: NotRequired[str]
    fingerprint: NotRequired[Element | None]


class Known(TypedDict):
    testId: str
    file: str
    line: int
    selector: str
    longestWaitMs: int


class KnownAnswer(TypedDict):
    mode: Mode
    fingerprints: list[Known]


class Seen(TypedDict):
    testId: str
    callSite: Place
    selector: str
    element: Element
    url: str
    waitedMs: int
    attempt: int


class ShortElement(TypedDict):
    tag: str
    role: str
    name: str
    attributes: dict[str, str]
    box: list[float]


class Alternative(TypedDict):
    locator: str
    confidence: float


class Heal(TypedDict):
    originalSelector: str
    originalLocator: str
    healedSelector: str | None
    healedLocator: str | None
    decision: Decision
    confidence: float
    strategy: str
    success: bool
    reason: Reason
    action: str
    explanation: str
    alternatives: list[Alternative]
    callSite: Place
    frames: list[Place]
    pageUrl: str
    before: ShortElement | None
    after: ShortElement | None
    waitedMs: int
    executionTimeMs: int
    screenshot: str | None
