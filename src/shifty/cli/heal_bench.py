"""``shifty heal bench``: how good the healer is, on data where the truth is known, beside a published peer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shifty.cli.options import Json
from shifty.cli.output import console, print_json, table
from shifty.errors import UsageError

if TYPE_CHECKING:
    from shifty.healing.scoring.report import Report, SetReport


def register(group: typer.Typer) -> None:
    group.command("bench")(bench)


def bench(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Holds `similo48` (fingerprints), `pagepairs` (pages), or both."),
    ],
    chromium: Annotated[
        Path | None, typer.Option("--chromium", help="The browser's executable; default: the system's Chromium.")
    ] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=0, help="How many heals are timed; 0: none.")] = 20,
    json: Json = False,
) -> None:
    """Score the healer on real pages: right answers, false heals, calibration, time; and Similo beside it."""
    # Playwright takes a while to import, which `heal rank` need not wait for.
    from shifty.healing.pages.browser import open_chromium
    from shifty.healing.scoring.report import FINGERPRINTS, PAGES, measure

    if not any((folder / name).is_dir() for name in (FINGERPRINTS, PAGES)):
        raise UsageError(
            f"{folder} holds neither `{FINGERPRINTS}` nor `{PAGES}`: name the folder with the benchmark's data;"
            + " docs/healing.md says how it looks."
        )
    with open_chromium(chromium) as browser:
        found = measure(folder, browser, rounds=rounds)
    if json:
        print_json(found)
    else:
        _show(found)


def _show(found: "Report") -> None:
    out = console(json=False)
    rows = table("measure", "Shifty", "Similo", "cases", right=("Shifty", "Similo", "cases"))
    for one in (found.fingerprints, found.pages):
        for name, ours, peers, cases in _measures(one) if one else ():
            rows.add_row(name, ours, peers, cases)
    out.print(rows)
    if found.time is None:
        return
    time = found.time
    out.print(
        f"\nA heal on a page of {time.elements} elements: p50 {time.heal_p50:.0f} ms, p95 {time.heal_p95:.0f} ms,"
        + f" of which collecting takes {time.collect_p50:.0f} and {time.collect_p95:.0f} ms."
    )


def _measures(found: "SetReport") -> Sequence[tuple[str, str, str, str]]:
    ours, peer, name = found.shifty, found.similo, found.name
    return [
        (f"{name}: right first answer", _share(ours.right), _share(peer.right), str(ours.cases)),
        ("  locator broken", _share(ours.all_broken_right), _share(peer.all_broken_right), str(ours.all_broken_cases)),
        ("  … label as it was", _share(ours.broken_right), _share(peer.broken_right), str(ours.broken_cases)),
        ("  … label changed", _share(ours.relabelled_right), _share(peer.relabelled_right), str(ours.relabelled_cases)),
        ("  precision of heals, removed twins at .25", _share(ours.precision), "–", ""),
        ("  healed, rightly", _share(ours.healed), "–", ""),
        ("  healed although removed", _share(ours.healed_though_removed), "always", ""),
        ("  calibration error of the confidence", _share(ours.calibration_error), "–", ""),
    ]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
