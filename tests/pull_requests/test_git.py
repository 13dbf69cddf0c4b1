"""A plain git remote: a real bare repository, and a branch in it."""

import subprocess
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shifty.database.pool import Database
from shifty.pull_requests.errors import ForgeAway, ForgeRefused
from shifty.pull_requests.git import open_remote, shown
from shifty.tenants.model import Tenant
from tests.pull_requests.conftest import AFTER, BEFORE, PATH, Forged, a_file, a_heal, forged

PAGE = "tests/pages/a b.ts"


@dataclass(frozen=True)
class Remote:
    folder: Path

    def git(self, *arguments: str, given: str | None = None) -> str:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        command = ["git", "-C", str(self.folder), *identity, *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, message: str, *parents: str, **texts: str) -> str:
        """On top of ``parents``; texts are of the two files of the tests."""
        entries = "".join(f"100644 blob {self.blob(text)}\t{path}\n" for path, text in self.tree(texts).items())
        self.git("read-tree", "--empty")
        self.git("update-index", "--index-info", given=entries)
        tree = self.git("write-tree")
        return self.git("commit-tree", tree, *(f"-p{parent}" for parent in parents), "-m", message)

    def blob(self, text: str) -> str:
        return self.git("hash-object", "-w", "--stdin", given=text)

    def tree(self, texts: dict[str, str]) -> dict[str, str]:
        return {PATH: texts.get("test", BEFORE), PAGE: texts.get("page", BEFORE), "README.md": texts.get("readme", "")}

    def branches(self) -> dict[str, str]:
        lines = self.git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").splitlines()
        return dict(line.split(" ") for line in lines)


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """With two commits on branch main, and the second on it."""
    remote = Remote(tmp_path / "shop.git")
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(remote.folder)], check=True)
    remote.git("config", "uploadpack.allowFilter", "true")
    first = remote.commit("first")
    remote.git("update-ref", "refs/heads/main", remote.commit("second", first, readme="shop"))
    return remote


@pytest.fixture
async def plain(db: Database, tmp_path: Path, tenant: Tenant, remote: Remote) -> AsyncGenerator[Forged]:
    async with forged(db, tmp_path, tenant, {"healing_repository": str(remote.folder)}) as running:
        yield running


async def test_a_change_becomes_a_branch_with_a_commit_a_file(plain: Forged, remote: Remote) -> None:
    base = remote.branches()["main"]
    run_id = await plain.run(heals=[a_heal(), a_heal(frames=[{"file": PAGE, "line": 3}])])

    pr = await plain.offered(run_id, base, a_file(), a_file(PAGE))
    again = await plain.offered(run_id, base, a_file(), a_file(PAGE))

    branch = f"shifty/heal-selectors-{str(run_id)[:8]}"
    assert (pr["prStatus"], pr["prNumber"], pr["prUrl"], pr["branchName"]) == ("branch", None, None, branch)
    assert again == pr
    assert set(remote.branches()) == {"main", branch}
    assert remote.git("rev-parse", f"{branch}~2") == base
    assert remote.git("diff", "--name-only", "-z", base, f"{branch}~1").split("\0")[:-1] == [PATH]
    assert remote.git("diff", "--numstat", f"{branch}~1", branch).split("\t")[:2] == ["1", "1"]
    assert f"{remote.git('show', f'{branch}:{PAGE}')}\n" == AFTER
    assert remote.git("log", "-1", "--format=%an: %s", branch) == f"Shifty: Heal 1 locator in {PAGE}"


async def test_an_older_commit_of_the_branch_will_do(plain: Forged, remote: Remote) -> None:
    pr = await plain.offered(await plain.run(), remote.git("rev-parse", "main~1"))

    assert remote.git("rev-parse", f"{pr['branchName']}~1") == remote.git("rev-parse", "main~1")


async def test_what_does_not_fit_is_refused_and_nothing_is_pushed(plain: Forged, remote: Remote) -> None:
    base = remote.branches()["main"]
    elsewhere = remote.commit("of a fork", base, readme="fork")
    remote.git("update-ref", "refs/pull/1/head", elsewhere)
    run_id = await plain.run()
    branch = f"shifty/heal-selectors-{str(run_id)[:8]}"

    codes = [
        (await plain.offer(run_id, sha, **more)).json()["code"]
        for sha, more in (
            (elsewhere, {}),
            ("0" * 40, {}),
            (base, {"baseBranch": "gone"}),
            (base, {"baseBranch": branch}),
        )
    ]
    remote.git("update-ref", f"refs/heads/{branch}", base)
    taken = await plain.offer(run_id, base)

    assert codes == ["BASE_CHANGED", "BASE_CHANGED", "BASE_CHANGED", "BRANCH_PROTECTED"]
    assert taken.json()["code"] == "BRANCH_TAKEN"
    assert remote.branches() == {"main": base, branch: base}


async def test_a_hook_of_the_remote_that_says_no_is_quoted(plain: Forged, remote: Remote) -> None:
    hook = remote.folder / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho only on Mondays >&2\nexit 1\n")
    hook.chmod(0o755)
    run_id = await plain.run()

    refused = await plain.offer(run_id, remote.branches()["main"])
    hook.unlink()
    passed = await plain.offered(run_id, remote.branches()["main"])

    assert refused.json()["code"] == "FORGE_REFUSED"
    assert "only on Mondays" in refused.json()["error"]
    assert passed["prStatus"] == "branch"


@pytest.mark.parametrize(
    ("address", "kind"),
    [("http://me:hunter2@127.0.0.1:9/shop.git", ForgeAway), ("ext::sh -c touch% x", ForgeRefused)],
    ids=["nobody there", "a command"],
)
async def test_a_remote_that_is_none_says_so_without_its_password(address: str, kind: type[Exception]) -> None:
    async with open_remote(address) as forge:
        with pytest.raises(kind) as refused:
            await forge.default_branch()

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "without"),
    [
        ("https://me:secret@host.example/a/b.git", "https://host.example/a/b.git"),
        ("git@host.example:a/b.git", "git@host.example:a/b.git"),
        ("ssh://git@host.example:22/a", "ssh://host.example:22/a"),
        ("/srv/git/shop.git", "/srv/git/shop.git"),
    ],
)
def test_an_address_is_shown_without_what_is_secret_in_it(address: str, without: str) -> None:
    assert shown(address) == without
