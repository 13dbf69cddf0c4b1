"""What travels: broken locators in an attempt, and what became of them."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from shifty.wire import Body


class Place(Body):
    file: str
    line: int
    column: int = 0


class ElementAnswer(Body):
    """An element of a page, short."""

    tag: str = Field(default="", description="Of HTML, in small letters.", examples=["button"])
    role: str = Field(default="", description="Of ARIA.", examples=["button"])
    name: str = Field(default="", description="Its accessible name, else its text.", examples=["Sign in"])
    attributes: dict[str, str] = Field(default={}, description="As in the page.", examples=[{"id": "sign-in"}])
    box: Sequence[float] = Field(default=(), description="x, y, width, height in CSS pixels.", examples=[[8, 8, 9, 24]])


class AlternativeLocator(Body):
    locator: str = Field(description="As an author would write it.", examples=["getByText('Sign in')"])
    confidence: float = Field(description="The chance that it is the one.", examples=[0.21])


class HealTold(Body):
    """One broken locator, and what became of it."""

    original_selector: str = Field(description="As the test has it.", examples=["#username"])
    original_locator: str = Field(default="", description="The same as code.", examples=["locator('#username')"])
    healed_selector: str | None = Field(
        default=None, description="What it was, or would be, replaced by.", examples=["[data-testid='username-input']"]
    )
    healed_locator: str | None = Field(
        default=None, description="The same as an author would write it.", examples=["getByTestId('username-input')"]
    )
    decision: Literal["heal", "propose", "refuse"] = Field(
        description="`heal`: it went on with it; `propose`: a suggestion only; `refuse`: nothing was sure enough."
    )
    confidence: float = Field(description="Calibrated: of heals at 0.9, nine of ten are right.", examples=[0.95])
    strategy: str = Field(description="The evidence that carried it.", examples=["data-testid-recovery"])
    success: bool = Field(default=False, description="It was unique and actionable, and the step passed.")
    reason: Literal["not-found", "strict"] = Field(
        default="not-found", description="It found nothing, or more than one element."
    )
    action: str = Field(default="", description="What the step did.", examples=["fill"])
    explanation: str = Field(default="", description="In words, for whoever reviews it.")
    alternatives: Sequence[AlternativeLocator] = Field(default=(), description="The next best.")
    call_site: Place | None = Field(default=None, description="Where the test used the locator.")
    frames: Sequence[Place] = Field(default=(), description="The whole stack of the test's own code, innermost first.")
    page_url: str = Field(default="", description="Address of the page.", examples=["https://shop.example/login"])
    before: ElementAnswer | None = Field(default=None, description="The element as it was when the locator worked.")
    after: ElementAnswer | None = Field(default=None, description="The element that was chosen.")
    waited_ms: int = Field(default=0, description="For the original before it was taken for broken.", examples=[2000])
    execution_time_ms: int = Field(default=0, description="Of the heal itself, without the wait.", examples=[120])
    screenshot: str | None = Field(default=None, description="Name of the artifact that shows the element.")
