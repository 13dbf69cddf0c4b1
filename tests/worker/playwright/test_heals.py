"""What the hook tells of heals reaches the attempt it happened in, and what a test writes itself harms nobody."""

import pytest

from tests.e2e.command_line import make_project
from tests.worker.playwright.conftest import Told, run_whole

SUITE = {
    "shop": """
const heal = (name, place) => JSON.stringify({
  originalSelector: name, decision: 'heal', confidence: 0.9, strategy: 'text-content-matching', success: true,
  callSite: { file: place, line: 4, column: 2 }, frames: [{ file: place, line: 4, column: 2 }],
});
const tell = (info, description) => info.annotations.push({ type: 'shifty:heal', description });

test('is healed at the second try', async ({}, info) => {
  tell(info, heal(`#try-${info.retry}`, info.file));
  tell(info, heal('#in-a-page-object', 'pages/cart.js'));
  info.annotations.push({ type: 'healed', description: 'a sentence' });
  expect(info.retry).toBe(1);
});
test('writes nonsense', async ({}, info) => {
  tell(info, 'nonsense');
  tell(info, undefined);
  tell(info, '{"originalSelector": 1}');
  tell(info, JSON.stringify({ originalSelector: '#a', decision: 'heal', confidence: 'sure', callSite: 'here' }));
});
"""
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("healed") / "project"
    return run_whole(make_project(folder, SUITE, "use: { testIdAttribute: 'data-qa' }, retries: 1"))


def test_heals_are_told_with_their_attempt_and_files_from_the_root(told: Told) -> None:
    first, second = told.results["shop: is healed at the second try"].attempts or []

    assert [heal.original_selector for heal in first.heals] == ["#try-0", "#in-a-page-object"]
    assert [heal.original_selector for heal in second.heals] == ["#try-1", "#in-a-page-object"]
    healed, elsewhere = second.heals
    assert (healed.decision, healed.confidence, healed.success) == ("heal", 0.9, True)
    assert healed.call_site
    assert (healed.call_site.file, healed.call_site.line) == ("specs/shop.spec.js", 4)
    assert [frame.file for frame in elsewhere.frames] == ["pages/cart.js"]


def test_nonsense_is_left_out_and_the_result_stands(told: Told) -> None:
    result = told.results["shop: writes nonsense"]

    assert result.status == "passed"
    assert [(heal.original_selector, heal.confidence) for heal in (result.attempts or [])[0].heals] == [("#a", 0)]


def test_the_attribute_for_test_ids_is_read_from_the_configuration(told: Told) -> None:
    assert told.suite.test_id_attribute == "data-qa"
