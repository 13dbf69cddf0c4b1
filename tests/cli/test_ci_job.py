"""Which share of a suite a job may run on its own."""

from pathlib import Path

import pytest

from shifty.cli.ci_job import CiAsked
from shifty.cli.ci_provider import CiBuild
from shifty.cli.run_options import Asked, Choice, Origin

COUNTED = CiBuild("any", "b", "1", job_index=1, job_total=4)
GIVEN = CiBuild("any", "b", "1", job_index=1, job_total=4, is_share_given=True)
MATRIX = CiBuild("gitlab", "b", job_index=1, job_total=4, is_matrix=True)
ALONE = CiBuild("gitlab", "b", job_index=0, job_total=1)
WHOLE = Choice((), ())
FIREFOX = Choice((), ("--project=firefox",))


@pytest.mark.parametrize(
    ("build", "choice", "is_sure"),
    [
        (COUNTED, WHOLE, True),
        # The provider counts the jobs of the other browsers, too.
        (COUNTED, FIREFOX, False),
        (GIVEN, FIREFOX, True),
        (MATRIX, WHOLE, False),
        (ALONE, FIREFOX, True),
        (CiBuild("any", "b", "1"), WHOLE, False),
    ],
)
def test_a_share_by_the_numbers_of_a_provider_is_sure_only_where_all_jobs_ask_for_the_same(
    build: CiBuild, choice: Choice, is_sure: bool
) -> None:
    asked = Asked(Path(), None, choice, 1, 1, Origin(None, None, None, None))

    assert CiAsked(asked, build, "auto", 0, {}).has_share is is_sure
