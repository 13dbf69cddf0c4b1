"""``shifty heal apply RUN``: write what was healed into the checkout, once the tests have passed with it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shifty.cli.exits import Exit
from shifty.cli.find_server import connected
from shifty.cli.heal_apply_events import Chosen, TestKey, choose, key_of, verifiable
from shifty.cli.heal_apply_files import SourceFiles
from shifty.cli.heal_apply_git import Repository
from shifty.cli.heal_apply_show import (
    Applied,
    Rejected,
    as_json,
    print_end,
    print_plan,
    print_refused,
    print_unwritable,
)
from shifty.cli.heal_apply_verify import Place, verify
from shifty.cli.options import ApiKey, ApiUrl, Config, DataDir, Flags, Json, RunId, TenantName
from shifty.cli.output import console, count, print_json
from shifty.cli.run_id import resolve
from shifty.cli.run_options import Folder
from shifty.client import healing_api
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError
from shifty.pull_requests.change import Edit, FileChange, Repair
from shifty.pull_requests.rewrite import change_of, plan_repair

MIN_CONFIDENCE = 0.7
UNVERIFIABLE = "another locator of its tests cannot be written, so that they cannot pass without healing"


def register(group: typer.Typer) -> None:
    group.command("apply")(apply)


def apply(
    run: RunId,
    folder: Folder = Path(),
    config: Config = None,
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", min=0, max=1, help="Leave out what is less sure than this.")
    ] = MIN_CONFIDENCE,
    proposals: Annotated[
        bool, typer.Option("--proposals", help="Also what was only suggested, if the tests pass with it.")
    ] = False,
    times: Annotated[
        int, typer.Option("--verify", min=1, max=20, metavar="N", help="How often each healed test has to pass.")
    ] = 2,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Write without running any test.")] = False,
    branch: Annotated[
        bool,
        typer.Option("--branch", help="Commit to a branch shifty/heal-selectors-…; the checkout stays as it is."),
    ] = False,
    push: Annotated[
        str | None, typer.Option("--push", metavar="REMOTE", help="Push that branch to this git remote.")
    ] = None,
    pull_request: Annotated[
        bool, typer.Option("--pull-request", help="Hand the change to the server, which opens a pull request.")
    ] = False,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="Also change files that have changes of yours, not yet committed.")
    ] = False,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Write what was healed in a run into the source: one edit for each broken locator.

    The healed tests then run again, with the change and without healing; what does not pass is taken back. Without
    --branch the change stays in the working tree, not committed. Nothing is ever committed to the branch that is
    checked out.
    """
    asked = Asked(
        run=run,
        place=_place(folder, config),
        min_confidence=min_confidence,
        proposals=proposals,
        times=0 if no_verify else times,
        branch=branch or push is not None or pull_request,
        push=push,
        pull_request=pull_request,
        dirty=dirty,
    )
    asked.check()
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    out = console(json=json)
    applied = asyncio.run(_Application(asked, settings, out).run())
    print_end(out, applied)
    if json:
        print_json(as_json(applied))
    raise typer.Exit(_exit_of(applied))


@dataclass(frozen=True)
class Asked:
    run: str
    place: Place
    min_confidence: float
    proposals: bool
    times: int
    """0: nothing is verified."""
    branch: bool
    push: str | None
    pull_request: bool
    dirty: bool

    def check(self) -> None:
        if self.branch and self.dirty:
            raise UsageError("--dirty leaves your own changes beside ours, so it cannot be combined with a branch.")
        if self.pull_request and not self.times:
            raise UsageError("A pull request holds only what was verified: leave out --no-verify.")


def _place(folder: Path, config: Path | None) -> Place:
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder: give the folder of the tests with --dir.")
    repository = Repository.around(folder)
    # As paths in reports are: from the root of the repository, else from the folder of the configuration.
    root = repository.root if repository else folder.resolve()
    return Place(folder.resolve(), root, config.resolve() if config else None)


class _Application:
    def __init__(self, asked: Asked, settings: Settings, out: Console) -> None:
        self._asked = asked
        self._settings = settings
        self._out = out
        self._files = SourceFiles(asked.place.root)
        self._repository = Repository.around(asked.place.folder)

    async def run(self) -> Applied:
        async with connected(self._settings) as transport:
            run_id = await resolve(transport, self._asked.run)
            events = healing_api.read_events(await healing_api.healing_events(transport, run_id)).events
            chosen = choose(events, self._asked.min_confidence, proposals=self._asked.proposals)
            applied = Applied(run_id, healed=len(chosen.known), chosen=len(chosen.told), times=self._asked.times)
            applied.refused = chosen.refused
            print_refused(self._out, chosen.refused)
            repair = plan_repair(chosen.told, self._files.read, run=run_id)
            print_unwritable(self._out, repair.unwritable)
            applied.unwritable = repair.unwritable
            if repair.changes:
                self._refuse_dirty(repair.changes)
                print_plan(self._out, repair.changes)
                applied.changes, applied.rejected = await self._verified(repair, chosen, run_id)
                await self._deliver(applied, transport)
            return applied

    def _refuse_dirty(self, changes: Sequence[FileChange]) -> None:
        if self._repository is None:
            if self._asked.branch:
                raise UsageError(f"{self._asked.place.folder} is in no git repository, so there is no branch to make.")
            return
        changed = self._repository.changed([change.path for change in changes])
        if changed and not self._asked.dirty:
            raise UsageError(
                f"{', '.join(changed)}: not committed as it is now. Commit or stash your changes first"
                + ("." if self._asked.branch else ", or let ours stand beside them with --dirty.")
            )

    async def _verified(
        self, repair: Repair, chosen: Chosen, run_id: str
    ) -> tuple[tuple[FileChange, ...], tuple[Rejected, ...]]:
        """What holds, in the working tree; what does not is taken back."""
        if not self._asked.times:
            self._out.print("Not verified: no test has run with this change (--no-verify).", style="bold yellow")
            self._files.write(repair.changes)
            return repair.changes, ()
        edits = [edit for change in repair.changes for edit in change.edits]
        tests = verifiable(edits, chosen.known)
        kept: tuple[FileChange, ...] = ()
        try:
            self._files.write(repair.changes)
            self._say_verifying(len(tests))
            failed = await verify(self._asked.place, tests, self._asked.times)
            rejected = [Rejected(edit, fault) for edit in edits if (fault := _fault(edit, tests, failed))]
            dropped = [each.edit for each in rejected]
            kept = tuple(_kept(repair.changes, dropped, run_id))
        finally:
            # Interrupted or not: only what has passed stays.
            self._files.keep(kept)
        return kept, tuple(rejected)

    def _say_verifying(self, tests: int) -> None:
        if tests:
            often = count(self._asked.times, "time")
            self._out.print(f"Running {count(tests, 'test')} {often} with the change, without healing …")

    async def _deliver(self, applied: Applied, transport: Transport) -> None:
        if not self._asked.branch or not applied.changes or self._repository is None:
            return
        # Imported here: most calls stay in the checkout.
        from shifty.cli.heal_apply_offer import offer

        applied.branch = f"shifty/heal-selectors-{applied.run_id[:8]}"
        try:
            applied.commit = self._repository.commit(applied.branch, applied.changes)
        finally:
            self._files.keep(())
        if self._asked.push:
            self._repository.push(self._asked.push, applied.branch)
            applied.pushed = self._asked.push
        if self._asked.pull_request:
            applied.pull_request = await offer(transport, self._repository.head, applied)


def _fault(edit: Edit, tests: frozenset[TestKey], failed: Mapping[TestKey, str]) -> str | None:
    """Why an edit is taken back: no test could show that it is right, or one showed that it is not."""
    own = {key_of(healed) for healed in edit.healed}
    if not own & tests:
        return UNVERIFIABLE
    return next((failed[key] for key in sorted(own) if key in failed), None)


def _kept(changes: Sequence[FileChange], dropped: Sequence[Edit], run_id: str) -> list[FileChange]:
    found: list[FileChange] = []
    for change in changes:
        edits = [edit for edit in change.edits if edit not in dropped]
        if edits:
            found.append(change_of(change.path, change.before, edits, run_id))
    return found


def _exit_of(applied: Applied) -> Exit:
    if applied.rejected or (applied.healed and not applied.changes):
        return Exit.FAILED
    return Exit.PASSED
