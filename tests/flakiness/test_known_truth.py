"""Verdicts hold against suites of which the truth is known; `python -m bench.flakiness` does it at length."""

from uuid import UUID

import pytest
from bench.known_truth import make_suite
from bench.play import play
from bench.verdicts import Score, found_of, score

from shifty.database.pool import Database


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("retries", "reruns"), [(1, False), (0, True)])
async def test_verdicts_are_those_of_the_truth(db: Database, tenant_id: UUID, retries: int, reruns: bool) -> None:
    suite = make_suite(7, tests=100, builds=30, retries=retries)

    seen = await play(db, tenant_id, suite, reruns=reruns)

    found = score(suite, seen, await found_of(db, tenant_id))
    assert found.flaky_precision >= 0.95, _told(found)
    assert found.flaky_recall >= 0.85, _told(found)
    assert found.bracket_share >= 0.95, _told(found)
    assert found.verdicts["broken", "broken"] == 2, _told(found)


def _told(found: Score) -> str:
    return "\n".join(found.table())
