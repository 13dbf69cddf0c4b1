"""How a person learns that a test passed with a healed locator."""

import io

import msgspec
from rich.console import Console

from shifty.cli.ci_report import annotations, markdown
from shifty.cli.findings import Findings, Healing
from shifty.cli.summary import print_summary
from shifty.client.attempts import Place
from shifty.client.healing_api import Drift, HealingEvent
from shifty.client.model import Snapshot

HEALED = HealingEvent(
    id="e1",
    run_id="r1",
    test_file="tests/login.spec.ts",
    test_name="signs in",
    title_path=["login", "signs in"],
    project_name="chromium",
    original_selector="#username",
    original_locator="locator('#username')",
    healed_locator="getByTestId('username-input')",
    decision="heal",
    confidence=0.997,
    strategy="data-testid-recovery",
    success=True,
    explanation="Same label `User name`; its id is gone.",
    call_site=Place(file="tests/login.page.ts", line=7),
)
PROPOSED = HealingEvent(
    id="e2",
    run_id="r1",
    test_file="tests/cart.spec.ts",
    test_name="pays",
    original_selector="#pay",
    healed_locator="getByRole('button', { name: 'Order' })",
    decision="propose",
    confidence=0.62,
    strategy="text-content-matching",
)
REFUSED = HealingEvent(
    id="e3",
    run_id="r1",
    test_file="a.spec.ts",
    original_selector="#x",
    decision="refuse",
    confidence=0.1,
    strategy="css-hierarchy-analysis",
)
DRIFT = Drift(
    id="d1",
    test_file="a.spec.ts",
    selector="li:nth-of-type(2)",
    call_site=Place(file="a.spec.ts", line=9),
    explanation="It was `Cart`.",
)
HEALING = Healing([HEALED, PROPOSED, REFUSED], [DRIFT])


def snapshot(**fields: object) -> Snapshot:
    return Snapshot(id="r1", status="completed", **fields)  # pyright: ignore[reportArgumentType]  # any field


def printed(last: Snapshot, found: Findings) -> str:
    text = io.StringIO()
    print_summary(Console(file=text, width=200, highlight=False, soft_wrap=True), last, found, 3.0)
    return text.getvalue()


def test_the_summary_says_what_was_healed_how_sure_and_where() -> None:
    said = printed(
        snapshot(conclusion="passed", total_tests=3, passed_tests=3, healed_tests=1), Findings(healing=HEALING)
    )

    assert "[chromium] tests/login.spec.ts › login › signs in  healed, 99 % sure" in said
    assert "locator('#username') → getByTestId('username-input')  at tests/login.page.ts:7" in said
    assert "#pay → getByRole('button', { name: 'Order' })" in said
    assert "not healed, 62 % sure" in said
    assert "a.spec.ts:9  li:nth-of-type(2) hits another element than it used to" in said
    assert "Run passed (1 test healed): 3 passed, 1 healed of 3" in said
    assert "shifty heal apply r1" in said


def test_what_a_page_says_does_not_reach_the_terminal_as_a_command() -> None:
    told = msgspec.structs.replace(
        HEALED, healed_locator="getByText('a\x1b]0;b\x07\x9bc')", explanation="d\x1b[2J\u202ee"
    )
    last = snapshot(conclusion="passed", total_tests=1, passed_tests=1, healed_tests=1)

    said = printed(last, Findings(healing=Healing([told], [])))

    assert "getByText('a ]0;b c')" in said
    assert all(sign.isprintable() or sign == "\n" for sign in said)


def test_a_run_without_heals_says_nothing_of_healing() -> None:
    said = printed(snapshot(conclusion="passed", total_tests=3, passed_tests=3), Findings())

    assert "heal" not in said


def test_github_gets_a_warning_at_the_line_of_a_healed_locator_unless_the_policy_is_to_report() -> None:
    found = Findings(healing=HEALING)

    [warning] = annotations(found, "shop")

    assert warning.startswith("::warning file=shop/tests/login.page.ts,line=7,title=healed%3A signs in::locator(")
    assert annotations(found, "shop", warn=False) == []


def test_the_steps_summary_lists_heals_and_suggestions_and_counts_them_in_its_title() -> None:
    text = markdown(
        snapshot(conclusion="passed", total_tests=2, passed_tests=2, healed_tests=1), Findings(healing=HEALING)
    )

    assert "Shifty: passed (1 test healed)" in text
    assert "healed, 99 % sure" in text
    assert "suggested, 62 % sure" in text
    assert text.count("\n| ") == 3
