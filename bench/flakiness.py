"""How right verdicts are: suites of which the truth is known, played through Shifty, 30 runs each.

`python -m bench.flakiness [--seeds 2]` writes `build/bench/flakiness.json`. Every run is started, claimed, reported,
closed and taken in as in real life; what is then concluded is compared with what the generator knows. Twice: with one
retry, and without retries where what failed is run again. There is no peer: the bars are those that the method has to
hold (see docs/flakiness.md).
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

from bench.known_truth import make_suite
from bench.play import play
from bench.report import write
from bench.verdicts import Score, found_of, score
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate
from shifty.database.pool import Database
from shifty.tenants.keys import create_tenant

PRECISION, RECALL, BRACKETS = 0.95, 0.85, 0.95
VARIANTS = {"one retry": (1, False), "no retries, failed tests run again": (0, True)}


async def one_suite(db: Database, seed: int, retries: int, reruns: bool) -> Score:
    tenant = await create_tenant(db, f"bench-{seed}-{retries}")
    suite = make_suite(seed, retries=retries)
    seen = await play(db, tenant.id, suite, reruns=reruns)
    return score(suite, seen, await found_of(db, tenant.id))


async def measure(folder: Path, seeds: int) -> dict[str, object]:
    postgres = EmbeddedPostgres(folder)
    postgres.start()
    try:
        await migrate(postgres.dsn)
        db = await Database.open(postgres.dsn)
        bars: list[dict[str, object]] = []
        figures: dict[str, object] = {}
        for name, (retries, reruns) in VARIANTS.items():
            total = Score()
            for seed in range(seeds):
                began = time.perf_counter()
                one = await one_suite(db, seed, retries, reruns)
                total.add(one)
                print(f"  {name}, seed {seed}: {said(one)} ({time.perf_counter() - began:.0f} s)", flush=True)
            print("\n".join(f"    {line}" for line in total.table()), flush=True)
            bars += bars_of(name, total)
            figures[name] = {" → ".join(pair): count for pair, count in sorted(total.verdicts.items())}
        await db.close()
    finally:
        postgres.stop()
    return {"bars": bars, "verdicts": figures, "seeds": seeds, "runs": 30, "holds": all(bar["holds"] for bar in bars)}


def said(one: Score) -> str:
    return (
        f"precision {one.flaky_precision:.3f}, recall {one.flaky_recall:.3f}, "
        f"brackets {one.right_brackets} of {one.brackets}"
    )


def bars_of(name: str, total: Score) -> list[dict[str, object]]:
    return [
        _bar(f"{name}: flaky, precision", total.flaky_precision, PRECISION),
        _bar(f"{name}: flaky, recall", total.flaky_recall, RECALL),
        _bar(f"{name}: regressions bracketed rightly", total.bracket_share, BRACKETS),
    ]


def _bar(what: str, ours: float, least: float) -> dict[str, object]:
    return {"name": what, "ours": round(ours, 3), "bar": least, "holds": ours >= least}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    with tempfile.TemporaryDirectory(prefix="shifty-bench-") as folder:
        # PostgreSQL runs as another user where this one is root.
        Path(folder).chmod(0o711)
        figures = asyncio.run(measure(Path(folder) / "postgres", cast("int", parser.parse_args().seeds)))
    write("flakiness", figures)
    for bar in cast("list[dict[str, object]]", figures["bars"]):
        print("{name}: {ours} (bar {bar})".format(**bar), "ok" if bar["holds"] else "MISSED")
    return 0 if figures["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
