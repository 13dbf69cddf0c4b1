"""Suites to plan: real ones, and strategies that make up others."""

import json
from pathlib import Path
from typing import cast

from hypothesis import strategies as st

from shifty.planning.model import Item


def real_suite() -> list[Item]:
    """68 spec files of a public Playwright suite; its source is named in the file."""
    recorded = json.loads(Path(__file__).with_name("pw-chat.json").read_text(encoding="utf-8"))
    durations = cast("dict[str, float]", recorded["durations"])
    return [Item(id_, seconds) for id_, seconds in durations.items()]


def suite(*seconds: float) -> list[Item]:
    return [Item(f"{number:03}.spec.ts", second) for number, second in enumerate(seconds)]


def suites(most: int = 60) -> st.SearchStrategy[list[Item]]:
    second = st.one_of(
        st.floats(0, 600, allow_nan=False), st.integers(0, 20).map(float), st.sampled_from([0.0, 0.1, 1e-7, 1e6])
    )
    return st.lists(st.tuples(second, st.booleans()), min_size=1, max_size=most).map(
        lambda pairs: [Item(f"{number:03}.spec.ts", second, unknown) for number, (second, unknown) in enumerate(pairs)]
    )
