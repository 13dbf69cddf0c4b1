"""Sources with a mark ``‸`` before the method's name at the call site, and heals of the tests that use them."""

from collections.abc import Mapping

from shifty.pull_requests.change import HealedTest, Repair
from shifty.pull_requests.rewrite import plan_repair
from shifty.wire import Heal, Location

MARK = "‸"
USER = "#username"
TEST_ID = 'internal:testid=[data-testid="username-input"s]'


def place_of(path: str, text: str, number: int = 0) -> Location:
    """Of the mark, as a stack trace of JavaScript has it."""
    before = text.split(MARK)
    start = MARK.join(before[: number + 1]).replace(MARK, "")
    line = start.rpartition("\n")[2]
    return Location(file=path, line=start.count("\n") + 1, column=len(line.encode("utf-16-le")) // 2 + 1)


def heal(place: Location, was: str = USER, becomes: str | None = TEST_ID, *frames: Location, **more: object) -> Heal:
    fields = {"decision": "heal", "confidence": 0.97, "strategy": "data-testid-recovery", "success": True, **more}
    return Heal(original_selector=was, healed_selector=becomes, call_site=place, frames=[place, *frames], **fields)  # pyright: ignore[reportArgumentType]


def healed(told: Heal, title: str = "signs in") -> HealedTest:
    return HealedTest(told, "tests/login.spec.ts", ("login", title), "chromium")


def repair(files: Mapping[str, str], *heals: Heal) -> Repair:
    plain = {path: text.replace(MARK, "") for path, text in files.items()}
    return plan_repair([healed(each, f"test {index}") for index, each in enumerate(heals)], plain.get)


def rewritten(path: str, text: str, was: str = USER, becomes: str | None = TEST_ID, **more: object) -> str:
    """The text of a file with one mark after the repair of the locator that is used there."""
    found = repair({path: text}, heal(place_of(path, text), was, becomes, **more))
    assert not found.unwritable, found.unwritable[0].reason
    return found.changes[0].after
