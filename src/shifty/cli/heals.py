"""What was healed, and what is suggested, for people: never silent, and how sure."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from shifty.cli.findings import Healing
from shifty.cli.output import count
from shifty.client.healing_api import HealingEvent

_MOST = 10
_LONGEST = 400


def print_heals(console: Console, healing: Healing) -> None:
    """Healed steps first, then suggestions for steps that failed, then locators that hit something else than before."""
    healed = [heal for heal in healing.events if heal.success]
    proposed = [heal for heal in healing.events if not heal.success and heal.decision != "refuse"]
    for heal in healed[:_MOST]:
        _print_one(console, heal, "  ✚ ", "green", f"healed, {percent(heal.confidence)} sure")
    _print_rest(console, healed)
    for heal in proposed[:_MOST]:
        _print_one(console, heal, "  ? ", "yellow", f"not healed, {percent(heal.confidence)} sure")
    _print_rest(console, proposed)
    for drift in healing.drifts[:_MOST]:
        where = f"{drift.call_site.file}:{drift.call_site.line}" if drift.call_site else drift.test_file
        console.print(
            Text.assemble(("  ~ ", "yellow"), f"{where}  {_short(drift.selector)} hits another element than it used to")
        )
        console.print(Text(f"      {_short(drift.explanation)}", style="dim"))
    _print_rest(console, healing.drifts)


def tally(healed: int) -> str:
    """What stands behind a verdict, so that a healed pass never looks like a plain one."""
    return f"{count(healed, 'test')} healed" if healed else ""


def replacement(heal: HealingEvent) -> str:
    """``locator('#user') → getByTestId('user')``."""
    return f"{heal.original_locator or heal.original_selector} → {heal.healed_locator or heal.healed_selector}"


def _print_one(console: Console, heal: HealingEvent, sign: str, style: str, how: str) -> None:
    title = " › ".join(heal.title_path or [heal.test_name])
    project = f"[{heal.project_name}] " if heal.project_name else ""
    console.print(Text.assemble((sign, style), f"{project}{heal.test_file} › {title}  ", (how, style)))
    site = f"  at {heal.call_site.file}:{heal.call_site.line}" if heal.call_site else ""
    console.print(Text(f"      {_short(replacement(heal))}{site}", style="bold"))
    console.print(Text(f"      {heal.strategy}: {_short(heal.explanation)}", style="dim"))


def _print_rest(console: Console, shown: Sequence[object]) -> None:
    if len(shown) > _MOST:
        console.print(Text(f"      … and {len(shown) - _MOST} more", style="dim"))


def percent(confidence: float) -> str:
    # 99.6 % is not certain: nothing is rounded up to it.
    return f"{min(99, int(confidence * 100))} %"


def _short(text: str) -> str:
    # Words of a page must not speak to the terminal.
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
