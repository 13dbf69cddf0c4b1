"""Whether a run has all tests of a job that would exit by its verdict: what it has not, nobody would run."""

from collections.abc import Iterable, Sequence

import msgspec

from shifty import wire
from shifty.cli.exits import Incomplete
from shifty.cli.output import count
from shifty.client.transport import Transport
from shifty.worker.playwright.model import stable_id_of


class _Share(msgspec.Struct, rename="camel", frozen=True):
    test_ids: list[str] = []


class _Plan(msgspec.Struct, rename="camel", frozen=True):
    shards: list[_Share] = []


async def require_alike(
    transport: Transport, runs: Iterable[str], tests: Sequence[wire.PlannedTest], *, patience_s: float
) -> None:
    """Each test of ``tests`` is planned in one of ``runs``, which are those of a build.

    Raises:
        Incomplete: some are not: this job lists other tests than the one that started the run.
        ServerAway: nobody answers for ``patience_s``.
    """
    missing = {stable_id_of(test): test for test in tests if test.stage == "main"}
    run_id = None
    for run_id in runs:
        body = await transport.call("GET", f"/runs/{run_id}/plan", patience_s=patience_s)
        for shard in msgspec.json.decode(body, type=_Plan).shards:
            for test_id in shard.test_ids:
                missing.pop(test_id, None)
        if not missing:
            return
    first = next(iter(missing.values()))
    project = f"[{first.project_name}] " if first.project_name else ""
    titles = " › ".join(first.title_path or [first.test_name])
    raise Incomplete(
        f"Run {run_id} of this build lacks {count(len(missing), 'test')} that this job's suite has, such as "
        f"{project}{first.test_file} › {titles}. No job would run them, so its verdict is none for this job. Jobs that "
        "run different tests need different builds: give each kind of them its own --build-id."
    )
