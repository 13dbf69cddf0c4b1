"""The healer on pages where the truth is known, beside Similo with its published weights, and how long a heal takes.

The shipped coefficients were trained on these very sites: `make train-healer` prints what they reach on sites that they
have not seen. `python -m bench.healing` writes `build/bench/healing.json`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from playwright.sync_api import Browser

from bench import report
from shifty.errors import UsageError
from shifty.healing.engine.decide import decide
from shifty.healing.pages.browser import open_chromium
from shifty.healing.scoring.report import Report, SetReport, measure
from shifty.healing.scoring.timing import Times, time_heals

NAME = "healing"
ROUNDS = 30
HUGE, HUGE_ROUNDS = 10_000, 5
COLLECT_MS, HEAL_MS = 150, 500
"""At 1,500 elements, p95; the transport from Chromium included."""
RIGHT = {"fingerprints": (0.93, 0.88, 0.80), "page pairs": (0.93, 0.97, 0.88)}
"""First answers: all, locator broken, label changed as well."""
PRECISION, HEALED, THOUGH_REMOVED, CALIBRATION = 0.985, 0.80, 0.02, 0.05


def bar(what: str, ours: float | None, peer: float | None, allowed: float, *, least: bool) -> dict[str, object]:
    holds = ours is not None and (ours >= allowed if least else ours <= allowed)
    ratio = round(ours / peer, 4) if ours is not None and peer else None
    return {"what": what, "ours": ours, "peer": peer, "ratio": ratio, "bar": allowed, "holds": holds}


def quality(found: SetReport) -> Iterator[dict[str, object]]:
    ours, peer, name = found.shifty, found.similo, found.name
    right, broken, relabelled = RIGHT[name]
    yield bar(f"{name}: right first answer", ours.right, peer.right, right, least=True)
    yield bar(f"{name}: locator broken", ours.all_broken_right, peer.all_broken_right, broken, least=True)
    yield bar(f"{name}: label changed as well", ours.relabelled_right, peer.relabelled_right, relabelled, least=True)
    yield bar(f"{name}: precision of heals", ours.precision, None, PRECISION, least=True)
    yield bar(f"{name}: healed, rightly", ours.healed, None, HEALED, least=True)
    yield bar(f"{name}: healed although removed", ours.healed_though_removed, None, THOUGH_REMOVED, least=False)
    yield bar(f"{name}: calibration error", ours.calibration_error, None, CALIBRATION, least=False)


def speed(times: Times) -> Iterator[dict[str, object]]:
    at = f"at {times.elements} elements, p95 in ms"
    yield bar(f"collecting {at}", times.collect_p95, None, COLLECT_MS, least=False)
    yield bar(f"whole heal {at}", times.heal_p95, None, HEAL_MS, least=False)


def measured(browser: Browser, folder: Path | None) -> tuple[Report, Times]:
    huge = time_heals(browser, decide, elements=HUGE, rounds=HUGE_ROUNDS)
    if folder is not None:
        return measure(folder, browser, rounds=ROUNDS), huge
    times = time_heals(browser, decide, elements=1500, rounds=ROUNDS)
    return Report(fingerprints=None, pages=None, time=times), huge


def main() -> int:
    shared = report.shared_data()
    try:
        with open_chromium() as browser:
            found, huge = measured(browser, shared / "healing" if shared else None)
    except UsageError as error:
        report.skip(NAME, str(error))
        return 0
    bars = list(speed(found.time)) if found.time else []
    for one in (found.fingerprints, found.pages):
        bars += quality(one) if one else []
    if not shared:
        print(f"{NAME}: no data beside this repository, so only the speed is measured")
    for one in bars:
        print("{what}: {ours} (Similo {peer}; bar {bar})".format(**one), "ok" if one["holds"] else "MISSED")
    print(f"at {huge.elements} elements: collecting {huge.collect_p50} ms, whole heal {huge.heal_p50} ms (medians)")
    holds = all(one["holds"] for one in bars)
    figures = {"peer": "Similo, published weights", "bars": bars, "figures": msgspec.to_builtins(found)}
    report.write(NAME, {**figures, "huge": msgspec.to_builtins(huge), "trainedOnTheseSites": True, "holds": holds})
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
