"""``shifty keys`` and ``shifty tenants``, as processes: beside a server and without one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from shifty.database.embedded import EmbeddedPostgres
from shifty.database.pool import Database
from shifty.tenants.authenticate import authenticate
from shifty.tenants.errors import BadKey
from shifty.tenants.keys import list_keys
from shifty.tenants.model import DEFAULT_SCOPES, Scope


class Shell:
    """The command line, on one database or data folder."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder = folder
        self._environment = {**os.environ, **environment}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "shifty.cli.main", *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path, shared_dsn: str) -> Shell:
    return Shell(tmp_path, SHIFTY_DATABASE_URL=shared_dsn)


async def test_a_key_works_at_once_and_its_tenant_is_made_if_need_be(shell: Shell, db: Database) -> None:
    tenant = f"acme-{uuid4().hex}"

    done = shell("keys", "create", "--tenant", tenant, "--json")

    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["tenant"] == tenant
    assert made["key"].startswith(f"shf_{made['id']}_")
    caller = await authenticate(db, f"Bearer {made['key']}", made["tenant"], Scope.READ)
    assert (str(caller.tenant_id), caller.scopes) == (made["tenantId"], DEFAULT_SCOPES)
    assert json.loads(shell("keys", "create", "--tenant", tenant, "--json").stdout)["tenantId"] == made["tenantId"]


async def test_a_key_can_be_limited(shell: Shell, db: Database) -> None:
    tenant = f"acme-{uuid4().hex}"

    done = shell(
        *("keys", "create", "--tenant", tenant, "--scope", "read", "--scope", "admin"),
        *("--name", "laptop", "--project", "o/r", "--expires-days", "3", "--json"),
    )

    made = json.loads(done.stdout)
    (key,) = await list_keys(db, UUID(made["tenantId"]))
    assert (key.scopes, key.name, key.project) == (frozenset({Scope.READ, Scope.ADMIN}), "laptop", "o/r")
    assert key.expires_at is not None


def test_people_get_what_they_paste_into_a_shell(shell: Shell) -> None:
    done = shell("keys", "create", "--tenant", f"acme-{uuid4().hex}")

    assert [line.partition("=")[0] for line in done.stdout.splitlines()] == [
        "export SHIFTY_API_KEY",
        "export SHIFTY_TENANT_ID",
    ]
    assert "shown only now" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["keys", "create", "--tenant", "acme", "--scope", "root"], "'root'"),
        (["keys", "create", "--tenant", "a b"], "'a b'"),
        (["keys", "list", "--tenant", "nobody-of-that-name"], "nobody-of-that-name"),
        (["keys", "revoke", "0123456789abcdef"], "0123456789abcdef"),
        (["tenants", "create", "ü"], "'ü'"),
        (["tenants", "usage", "nobody-of-that-name"], "nobody-of-that-name"),
        (["tenants", "set", "nobody-of-that-name", "--max-workers", "3"], "nobody-of-that-name"),
        (["tenants", "set", "acme", "--max-storage", "much"], "--max-storage"),
        (["tenants", "set", "acme", "--max-workers", "0"], "--max-workers"),
    ],
)
def test_wrong_usage_is_told_in_one_sentence(shell: Shell, arguments: list[str], word: str) -> None:
    done = shell(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


async def test_a_revoked_key_is_shown_as_such_and_opens_nothing(shell: Shell, db: Database) -> None:
    made = json.loads(shell("keys", "create", "--tenant", f"acme-{uuid4().hex}", "--json").stdout)

    revoked = shell("keys", "revoke", made["id"])
    again = shell("keys", "revoke", made["key"], "--json")

    assert (revoked.returncode, again.returncode) == (0, 0)
    (listed,) = json.loads(shell("keys", "list", "--tenant", made["tenant"], "--json").stdout)["keys"]
    assert listed["revokedAt"] == json.loads(again.stdout)["revokedAt"]
    assert "revoked" in shell("keys", "list", "--tenant", made["tenantId"]).stdout
    with pytest.raises(BadKey):
        await authenticate(db, f"Bearer {made['key']}", made["tenant"], Scope.READ)


def test_tenants_are_made_and_listed(shell: Shell) -> None:
    name = f"acme-{uuid4().hex}"

    made = json.loads(shell("tenants", "create", name, "--json").stdout)

    assert made["tenant"] == name
    assert made["createdAt"].endswith("Z")
    listed = json.loads(shell("tenants", "list", "--json").stdout)["tenants"]
    assert made["tenantId"] in [tenant["tenantId"] for tenant in listed]
    assert name in shell("tenants", "list").stdout


def test_a_plan_is_changed_and_shown(shell: Shell) -> None:
    name = f"acme-{uuid4().hex}"
    shell("tenants", "create", name)

    before = json.loads(shell("tenants", "usage", name, "--json").stdout)
    changed = shell(
        *("tenants", "set", name, "--retention-days", "60", "--max-storage", "10GiB"),
        *("--max-workers", "8", "--max-minutes", "1000", "--json"),
    )
    shell("tenants", "set", name, "--max-minutes", "unlimited")
    shown = shell("tenants", "usage", name).stdout

    unlimited = {"maxStorageBytes": None, "maxWorkers": None, "maxMinutesPerMonth": None}
    assert before["plan"] == {"retentionDays": 30, **unlimited}
    assert (before["storageBytes"], before["workers"], before["minutes"]) == (0, 0, 0)
    assert json.loads(changed.stdout)["plan"] == {
        "retentionDays": 60,
        "maxStorageBytes": 10737418240,
        "maxWorkers": 8,
        "maxMinutesPerMonth": 1000,
    }
    assert "60 days" in shown
    assert "0 B of 10.0 GiB" in shown
    assert "0 of any number" in shown


def test_without_a_server_the_database_is_started_for_the_moment(tmp_path: Path) -> None:
    shell = Shell(tmp_path, XDG_DATA_HOME=str(tmp_path))
    flags = ("--data-dir", str(tmp_path / "data"))

    made = json.loads(shell("keys", "create", "--tenant", "acme", "--json", *flags).stdout)
    listed = json.loads(shell("keys", "list", "--tenant", "acme", "--json", *flags).stdout)

    assert [key["id"] for key in listed["keys"]] == [made["id"]]
    assert made["key"] not in str(listed)


def test_beside_a_server_its_database_is_used(tmp_path: Path) -> None:
    shell = Shell(tmp_path, XDG_DATA_HOME=str(tmp_path))
    flags = ("--data-dir", str(tmp_path / "data"))
    of_the_server = EmbeddedPostgres(tmp_path / "data")
    of_the_server.start()
    try:
        made = shell("keys", "create", "--tenant", "acme", "--json", *flags)

        assert made.returncode == 0, made.stderr
        with psycopg.connect(of_the_server.dsn) as connection:
            assert connection.execute("select id from api_keys").fetchall() == [(json.loads(made.stdout)["id"],)]
    finally:
        of_the_server.stop()
