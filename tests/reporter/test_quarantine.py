"""A start of Playwright fails by what is not in quarantine, and by all of that."""

import asyncio
import json
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.reporter.conftest import REPORTER, ended, run_of, staged
from tests.support.quarantine import EXAMPLES, change_cap, quarantine
from tests.support.server import RunningServer

RULES = (("file", "specs/shaky.spec.js"), ("title", "the basket › *"), ("tag", "@shaky"))


@dataclass(frozen=True)
class Mix:
    """Spec files that are run together, and how that ends."""

    specs: str
    excused: bool
    """Whether Playwright ends with 0."""
    says: str
    """What the reporter says of quarantine, a regular expression; empty: nothing."""
    arguments: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    old: bool = False
    """Tried with the oldest Playwright as well."""

    def __str__(self) -> str:
        return "-".join([*self.specs.split(), *self.arguments, *self.env])


MIXES = (
    Mix("good", True, ""),
    Mix("bad", False, ""),
    Mix(
        "good shaky", True, "2 quarantined tests failed and do not fail this run: fails .SHOP-1; @shop, until", old=True
    ),
    Mix("shaky bad", False, "2 quarantined tests failed, but this run fails because of 1 other test", old=True),
    Mix("hook", True, "2 quarantined tests failed or did not run and do not fail", old=True),
    Mix("half", False, "1 quarantined test failed, but .* because of 1 other test"),
    Mix("tagged flaky", True, "1 quarantined test failed and does not fail this run", env={"RETRIES": "1"}),
    Mix("tagged flaky", False, "because of 1 other test", ["--fail-on-flaky-tests"], {"RETRIES": "1"}, old=True),
    Mix("shaky syntax", False, "", old=True),
    Mix("focused", False, "", ["--forbid-only"]),
    Mix("focused", True, "1 quarantined test failed and does not"),
    Mix("shaky endless", False, "", ["--global-timeout=3000", "--workers=1"]),
    Mix("shaky", False, "because of an error outside of its tests", env={"BROKEN_TEARDOWN": "1"}, old=True),
    Mix("shaky good", False, "because of an error outside of its tests", ["--max-failures=1"]),
)


def stages() -> list[tuple[Mix, str]]:
    return [(mix, version) for version in ("newest", "oldest") for mix in MIXES if version == "newest" or mix.old]


@pytest.mark.parametrize(("mix", "version"), stages(), ids=lambda value: str(value))
async def test_quarantine_excuses_what_it_names_and_nothing_else(
    server: RunningServer, tmp_path: Path, mix: Mix, version: str
) -> None:
    await quarantine(server, "shop", *RULES)
    stage, run_id = staged(tmp_path, "quarantine", version), str(uuid4())

    specs = [f"specs/{name}.spec.js" for name in mix.specs.split()]
    played = await stage.play(server, *specs, *mix.arguments, **mix.env, SHIFTY_RUN_ID=run_id)

    said = [line for line in played.said if "quarantine" in line]
    assert (played.code == 0) is mix.excused, played.output
    assert len(said) == bool(mix.says), played.output
    assert re.search(mix.says, "\n".join(said)), said
    run, _ = await run_of(server, run_id)
    if "--fail-on-flaky-tests" not in mix.arguments:  # The server has its own mind about flaky tests.
        assert (run["conclusion"] in ("passed", "flaky")) is mix.excused, "the run's verdict is that of the exit code"


async def test_a_suite_that_is_interrupted_is_not_excused(server: RunningServer, tmp_path: Path) -> None:
    await quarantine(server, "shop", *RULES)
    stage, run_id = staged(tmp_path, "quarantine"), str(uuid4())
    process = await stage.start(
        server, "specs/tagged.spec.js", "specs/endless.spec.js", "--workers=2", SHIFTY_RUN_ID=run_id
    )
    async with asyncio.timeout(120):
        while (await run_of(server, run_id))[0].get("failedTests") != 1:
            await asyncio.sleep(0.05)

    process.send_signal(signal.SIGINT)
    played = await ended(process)

    assert played.code == 130, played.output
    assert not [line for line in played.said if "quarantine" in line]


async def test_more_than_the_project_allows_is_not_excused(server: RunningServer, tmp_path: Path) -> None:
    await quarantine(server, "shop", *RULES)
    await change_cap(server, "shop", 1)
    run_id = str(uuid4())

    played = await staged(tmp_path, "quarantine").play(server, "specs/shaky.spec.js", SHIFTY_RUN_ID=run_id)

    assert played.code == 1
    assert "this run fails because of its project's limit of 1 quarantined failure a run" in played.output
    assert (await run_of(server, run_id))[0]["conclusion"] == "failed"


async def test_without_an_answer_every_failure_counts(server: RunningServer, tmp_path: Path) -> None:
    stage = staged(tmp_path, "quarantine")
    nobody = replace(server, url="http://127.0.0.1:9")

    played = await stage.play(nobody, "specs/shaky.spec.js", SHIFTY_FLUSH_TIMEOUT_MS="100")

    assert played.code == 1
    assert any("quarantine could not be asked, so every failure counts" in line for line in played.said), played.said


async def test_a_share_of_a_planned_run_is_excused_as_well(server: RunningServer, tmp_path: Path) -> None:
    await quarantine(server, "shop", *RULES)
    stage, build = staged(tmp_path, "quarantine"), {"SHIFTY_BUILD_ID": uuid4().hex, "SHIFTY_ORCHESTRATE": "1"}
    specs = ("specs/good.spec.js", "specs/shaky.spec.js", "specs/hook.spec.js")

    played = [await stage.play(server, *specs, f"--shard={number}/2", **build) for number in (1, 2)]

    assert [each.code for each in played] == [0, 0], played
    said = next(line for each in played for line in each.said if line.startswith("shifty: share "))
    run, _ = await run_of(server, said.rpartition("(run ")[2].rstrip(")"))
    assert (run["conclusion"], run["quarantinedTests"]) == ("passed", 4)


def test_a_rule_is_about_the_same_tests_as_for_the_server() -> None:
    wrong = """
        const { isAbout } = require(process.argv[1]);
        const examples = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const wrong = examples.filter(({ rule, test, matches }) => isAbout(rule, test) !== matches);
        console.log(JSON.stringify(wrong.map(({ name }) => name)));
    """

    assert asyncio.run(node(wrong, str(REPORTER / "rules.cjs"), given=json.dumps(EXAMPLES))) == "[]"


def test_a_rule_whose_time_is_over_excuses_nothing() -> None:
    script = """
        const { Quarantine } = require(process.argv[1]);
        const [expiresAt] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const rule = { id: '1', kind: 'file', value: '*', projectName: '', owner: 'me', reason: 'why', expiresAt };
        const ref = { testFile: 'a', titlePath: ['a'], projectName: '', tags: [], repeat: 0 };
        const results = { failures: () => [{ ref, attempts: [{ outcome: 'unexpected' }] }] };
        const asked = new Quarantine({ call: async () => ({ rules: [rule], cap: 9 }) }, 'shop', { say() {} });
        asked.excuses(results, 'failed', null, {}, 1000).then((isExcused) => console.log(isExcused));
    """

    def excused(after: timedelta) -> str:
        moment = (datetime.now(UTC) + after).isoformat()
        return asyncio.run(node(script, str(REPORTER / "quarantine.cjs"), given=json.dumps([moment])))

    assert (excused(timedelta(hours=1)), excused(timedelta(hours=-1))) == ("true", "false")


async def node(script: str, *arguments: str, given: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *("node", "-e", script, *arguments), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate(given.encode())
    return said.decode().strip()
