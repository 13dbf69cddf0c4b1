"""Which heals are written, and by which tests they can be verified."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shifty.cli.heal_apply_events import choose, key_of, verifiable
from shifty.cli.heal_apply_files import SourceFiles
from shifty.cli.heal_decide import find
from shifty.client.attempts import Place
from shifty.client.healing_api import Decided, HealingEvent
from shifty.errors import UsageError
from shifty.pull_requests.change import Edit, FileChange, HealedTest


def event(title: str = "signs in", selector: str = "#a", **fields: object) -> HealingEvent:
    told: dict[str, object] = {
        "id": f"{title}{selector}",
        "run_id": "r",
        "test_file": "a.spec.ts",
        "title_path": ["login", title],
        "original_selector": selector,
        "healed_selector": "#b",
        "decision": "heal",
        "confidence": 0.9,
        "strategy": "data-testid-recovery",
        "success": True,
        "call_site": Place(file="a.spec.ts", line=3, column=9),
        "test_outcome": "passed",
        "test_healed": True,
        **fields,
    }
    return HealingEvent(**told)  # pyright: ignore[reportArgumentType]  # any field


def titles(healed: tuple[HealedTest, ...]) -> list[str]:
    return [each.title_path[-1] for each in healed]


def edit(*healed: HealedTest) -> Edit:
    return Edit("a.spec.ts", 3, 0, 2, "#a", "#b", "#b", healed)


def test_somebodys_word_goes_before_how_sure_the_healer_was() -> None:
    accepted, refused = Decided(id="1-a", decision="accepted"), Decided(id="1-b", decision="refused")
    proposed: Mapping[str, Any] = {
        "decision": "propose",
        "success": False,
        "test_outcome": "failed",
        "test_healed": False,
    }
    events = [
        event("accepted", confidence=0.3, decided=accepted),
        event("accepted suggestion", confidence=0.5, decided=accepted, **proposed),
        event("refused", decided=refused),
        event("refused suggestion", decided=refused, **proposed),
        event("suggestion", **proposed),
    ]

    chosen = choose(events, 0.7, proposals=False)

    assert titles(chosen.told) == ["accepted", "accepted suggestion"]
    assert titles(chosen.refused) == ["refused", "refused suggestion"]
    assert set(titles(chosen.known)) == {*titles(chosen.told), *titles(chosen.refused)}


@pytest.mark.parametrize("what", ["abcd", "a.spec.ts:3", "t1"])
def test_a_replacement_is_named_by_id_place_or_test_and_told_once(what: str) -> None:
    events = [
        event(id="abcd1234", test_id="t1"),
        event(id="abcd5678", test_id="t1"),
        event(id="ffff", test_id="t2", healed_selector=None, call_site=None),
    ]

    assert len(find(events, what)) == 1
    with pytest.raises(UsageError):
        find(events, "ffff")


def test_only_sure_heals_of_tests_that_passed_in_the_end_are_written() -> None:
    events = [
        event("sure"),
        event("unsure", confidence=0.6),
        event("failed later", test_outcome="failed", test_healed=False),
        event("passed without help at last", test_healed=False),
        event("failed by policy", test_outcome="failed"),
        event("did not help", success=False),
        event("suggested", decision="propose", success=False, test_outcome="failed", test_healed=False),
    ]

    without = choose(events, 0.7, proposals=False)
    both = choose(events, 0.7, proposals=True)

    assert titles(without.told) == ["sure", "failed by policy"]
    assert titles(without.known) == ["sure", "unsure", "failed by policy"]
    assert titles(both.told) == ["sure", "failed by policy", "suggested"]


def test_a_retry_that_heals_the_same_step_again_is_told_once() -> None:
    assert len(choose([event(attempt=0), event(attempt=1)], 0.7, proposals=False).told) == 1


def test_a_test_verifies_only_when_all_that_was_healed_in_it_is_written() -> None:
    chosen = choose([event("one"), event("two"), event("two", "#other", confidence=0.5)], 0.7, proposals=False)

    tests = verifiable([edit(*chosen.told)], chosen.known)

    assert tests == {key_of(chosen.told[0])}


def test_files_are_given_back_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_bytes(b"one\r\ntwo\n\xc3\xa9")
    (tmp_path / "b.ts").write_text("b")
    files = SourceFiles(tmp_path)
    changes = [FileChange("a.ts", "one\r\ntwo\né", "1\r\ntwo\né", "m", ()), FileChange("b.ts", "b", "B", "m", ())]

    files.write(changes)
    written = (tmp_path / "a.ts").read_bytes()
    files.keep(changes[1:])

    assert written == b"1\r\ntwo\n\xc3\xa9"
    assert (tmp_path / "a.ts").read_bytes() == b"one\r\ntwo\n\xc3\xa9"
    assert (tmp_path / "b.ts").read_text() == "B"
    with pytest.raises(UsageError, match=r"b\.ts has changed in the meantime"):
        files.write([replace(changes[1], after="C")])


@pytest.mark.parametrize("path", ["../secret.ts", "node_modules/a.ts", "/etc/passwd", "link.ts", "."])
def test_nothing_outside_of_the_project_is_read(tmp_path: Path, path: str) -> None:
    project = tmp_path / "project"
    (project / "node_modules").mkdir(parents=True)
    (project / "node_modules" / "a.ts").write_text("x")
    (tmp_path / "secret.ts").write_text("x")
    (project / "link.ts").symlink_to(tmp_path / "secret.ts")

    assert SourceFiles(project).read(path) is None
