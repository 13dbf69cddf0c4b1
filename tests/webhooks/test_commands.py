"""``shifty webhooks``: from adding one to its removal, against a real server and a real receiver."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shifty.cli.main import application
from shifty.config import Settings, load_settings
from shifty.errors import UsageError
from tests.support.server import RunningServer
from tests.webhooks.receiver import Receiver


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "data", webhook_private_addresses=True)


async def shifty(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = ["webhooks", *arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)


async def test_a_webhook_from_its_making_to_its_end(server: RunningServer, receiver: Receiver) -> None:
    made = json.loads((await shifty(server, "add", receiver.url, "--event", "run.finished", "--json")).stdout)
    webhook_id = made["webhook"]["id"]
    receiver.answers = ["204 No Content", "500 Oops"]

    arrived = await shifty(server, "test", webhook_id)
    failed = await shifty(server, "test", webhook_id)
    rotated = await shifty(server, "change", webhook_id, "--off", "--rotate")
    listed = (await shifty(server, "list")).stdout
    sent = (await shifty(server, "deliveries", webhook_id)).stdout
    removed = await shifty(server, "remove", webhook_id)

    assert (arrived.exit_code, arrived.stdout.strip()) == (0, "delivered: answered 204")
    assert (failed.exit_code, failed.stdout.strip()) == (1, "failed: answered 500")
    assert receiver.received[0].is_signed_with(made["secret"])
    assert "whsec_" in rotated.stdout
    assert made["secret"] not in rotated.stdout
    assert receiver.url in listed
    assert "off" in listed
    assert sent.index("answered 500") < sent.index("answered 204")
    assert removed.stdout.strip() == f"Removed {webhook_id}."
    assert "Nobody is told" in (await shifty(server, "list")).stdout


async def test_a_change_of_nothing_is_wrong_usage(server: RunningServer) -> None:
    done = await shifty(server, "change", "some-id")

    assert isinstance(done.exception, UsageError)
