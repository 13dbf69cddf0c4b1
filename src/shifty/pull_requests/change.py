"""What source repair comes to: edits of locators, changed files, and what could not be written."""

from dataclasses import dataclass

from shifty.wire import Heal


@dataclass(frozen=True)
class HealedTest:
    """A heal, and the test that it happened in."""

    heal: Heal
    test_file: str
    """As the run names it."""
    title_path: tuple[str, ...]
    project_name: str = ""
    test_id: str = ""
    event_id: str = ""

    @property
    def title(self) -> str:
        return " › ".join(self.title_path)


@dataclass(frozen=True)
class Edit:
    """One locator of a file. ``start`` and ``end`` count characters of the file before any edit."""

    path: str
    line: int
    start: int
    end: int
    before: str
    """The locator as it stands in the source: ``page.locator('#username')``."""
    after: str
    """The same, healed: ``page.getByTestId('username-input')``."""
    text: str
    """What replaces the characters from ``start`` to ``end``."""
    healed: tuple[HealedTest, ...]

    @property
    def confidence(self) -> float:
        """The least of its heals."""
        return min(each.heal.confidence for each in self.healed)


@dataclass(frozen=True)
class FileChange:
    """A file, and the message of its commit. The path is relative to the root that the sources were read from."""

    path: str
    before: str
    after: str
    message: str
    edits: tuple[Edit, ...]

    @property
    def heals(self) -> tuple[HealedTest, ...]:
        return tuple(healed for edit in self.edits for healed in edit.healed)


@dataclass(frozen=True)
class Unwritable:
    """A heal that is no change of one literal: a person has to write it."""

    reason: str
    """A sentence."""
    where: str
    """``path:line``."""
    suggestion: str
    """The healed locator as code."""
    healed: tuple[HealedTest, ...]


@dataclass(frozen=True)
class Repair:
    """What is to become of the heals of a run: every heal is in one change or in one ``Unwritable``."""

    changes: tuple[FileChange, ...]
    unwritable: tuple[Unwritable, ...]
