"""The words of healing: as in ``glossary.py``."""

from collections.abc import Mapping
from typing import Final

from shifty.web.word import Word

_SELECTOR = "#username"
_PAGE = "https://shop.example.com/login"

HEALING: Final[Mapping[str, Word]] = {
    # Questions and answers
    "selector": Word("The locator as Playwright has it, frames included.", _SELECTOR),
    "leg": Word("The part of it that broke: what follows the last frame that was found.", _SELECTOR),
    "HealRequest.action": Word("What the step was to do: `click`, `fill`, `expect:to.be.visible` …", "fill"),
    "HealRequest.reason": Word("It found nothing, or more than one element.", "not-found"),
    "callSite": Word("Where in the test's own code the locator was used.", None),
    "HealRequest.url": Word("Address of the page.", _PAGE),
    "Seen.url": Word("Address of the page.", _PAGE),
    "waitedMs": Word("How long it was waited for, in milliseconds.", 2000),
    "mode": Word("What is allowed: `off`, `propose` or `heal`; the strictest of all that are asked decides.", "heal"),
    "candidates": Word("The elements of the page that may be meant.", []),
    "truncated": Word("Whether the page has more elements than candidates.", False),
    "HealAnswer.decision": Word(
        "`heal`: go on with the candidate. `propose`: a suggestion only. `refuse`: nothing is sure enough. "
        "`wait`: it is too early; ask again with a new snapshot.",
        "heal",
    ),
    "waitMs": Word("`wait`: ask again after so many milliseconds.", 0),
    "confidence": Word("The chance that it is right, calibrated: of answers at 0.9, nine of ten are.", 0.95),
    "HealAnswer.strategy": Word("The kind of evidence that carried it.", "data-testid-recovery"),
    "candidate": Word("Index into the candidates that were sent; null when none is to be taken.", 0),
    "HealAnswer.alternatives": Word("The next best; of a refusal, the best one first.", []),
    "explanation": Word("In words: what speaks for it, and what against.", "The same test id and the same label."),
    "HealAnswer.fingerprint": Word(
        "The element that the locator used to hit; null: only what the locator says of it was known.", None
    ),
    # Fingerprints
    "seen": Word("Uses of locators in tests that have passed.", []),
    "Seen.element": Word("The element that it hit.", None),
    "stored": Word("How many uses are kept.", 1),
    "drifted": Word("How many of them hit another element than they used to, which is new for this run.", 0),
    "fingerprints": Word("Uses of locators of which the element is known.", []),
    "Known.digest": Word("Changes when what the element says of itself does.", "3f1c2a9be0d37c55aa01b2c3"),
    "seenAt": Word("When it was last seen.", "2024-12-09T10:00:00Z"),
    "longestWaitMs": Word("The longest that the locator ever needed in a test that passed, in milliseconds.", 350),
    # Events and drifts
    "events": Word("The broken locators of this page, in the order of the suite.", []),
    "HealingEvent.id": Word("The same for the same broken locator, however often it is asked for.", "9b2f4c1d7e"),
    "drifts": Word("The locators of this page, the least alike first.", []),
    "Drift.id": Word("The drift's id.", "0b8e5c1e-7a52-4c1c-9d55-1f3f2b6f0a11"),
    # Elements
    "Element.tag": Word("Of HTML, in small letters.", "input"),
    "Element.id": Word("The attribute `id`.", "username"),
    "Element.name": Word("The attribute `name`.", "username"),
    "Element.type": Word("The attribute `type`.", "text"),
    "Element.role": Word("Of ARIA: explicit, else what the tag implies.", "textbox"),
    "Element.accessibleName": Word("What assistive technology calls it.", "User name"),
    "Element.text": Word("What a person reads in it.", ""),
    "Element.label": Word("The text of its label.", "User name"),
    "Element.placeholder": Word("What stands in it while it is empty.", ""),
    "Element.title": Word("The attribute `title`.", ""),
    "Element.alt": Word("The attribute `alt`.", ""),
    "Element.value": Word("Of buttons only: what somebody has typed is not kept.", ""),
    "Element.href": Word("Where a link leads.", ""),
    "Element.testId": Word("Of the attribute that the project uses for it.", "username-input"),
    "Element.classes": Word("The words of the attribute `class`.", ["field", "wide"]),
    "Element.data": Word("Attributes `data-*` by their full names.", {"data-testid": "username-input"}),
    "Element.attributes": Word("Others that may identify it.", {"autocomplete": "username"}),
    "Element.isButton": Word("Whether it looks and works like a button.", False),
    "Element.xpath": Word("Its path from the root.", "/html/body/form/input[1]"),
    "Element.idxpath": Word("Its path from the nearest ancestor with an id.", "//*[@id='login']/input[1]"),
    "Element.ancestors": Word("The nearest first, at most eight.", ["form#login.card"]),
    "Element.neighborText": Word("Words within 50 px around it.", "User name Password"),
    "Element.heading": Word("The nearest heading above it in the document.", "Sign in"),
    "Element.x": Word("Left edge in CSS pixels of the document.", 40),
    "Element.y": Word("Upper edge in CSS pixels of the document.", 120),
    "Element.w": Word("Width in CSS pixels.", 320),
    "Element.h": Word("Height in CSS pixels.", 36),
    "Element.siblingIndex": Word("Its place among its parent's elements, from 0.", 1),
    "Element.siblingCount": Word("Elements of its parent.", 4),
    "Element.visible": Word("Whether it can be seen.", True),
    "Element.enabled": Word("Whether it is enabled.", True),
    "Element.editable": Word("Whether text can be put into it.", True),
    "Element.shadow": Word("Hosts of the open shadow roots around it, outermost first.", []),
    "HealingPrRequest.files": Word("Files as they are to become, one commit each, in this order.", []),
    "Element.ref": Word("A Playwright selector that finds exactly it in its frame, now.", "#login >> input"),
}
