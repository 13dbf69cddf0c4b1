"""The client for code that blocks: nothing of the asynchronous one is missing, and every call comes back."""

import asyncio
import inspect
import os
import subprocess
import sys

import pytest

from shifty.client import AsyncClient, Client, NotFound, ServerAway
from shifty.errors import UsageError
from tests.client.hand import hand_worker
from tests.support.server import RunningServer

NOWHERE = "00000000-0000-4000-8000-000000000000"


def client_of(server: RunningServer) -> Client:
    return Client(server.url, server.key, server.tenant.slug)


def test_it_has_every_method_of_the_asynchronous_one() -> None:
    asynchronous = {name for name, _ in inspect.getmembers(AsyncClient, callable) if not name.startswith("_")}

    assert asynchronous - set(dir(Client)) == {"aclose"}


async def test_a_run_from_its_start_to_its_verdict(server: RunningServer) -> None:
    def use() -> tuple[str | None, list[str]]:
        with client_of(server) as shifty:
            run = shifty.orchestrate(["a.spec.ts", "b.spec.ts"], worker_count=2)
            last = shifty.wait(run.run_id)
            return last.conclusion, sorted(result.test_file for result in shifty.results(run.run_id))

    async with hand_worker(server):
        conclusion, files = await asyncio.to_thread(use)

    assert conclusion == "passed"
    assert files == ["a.spec.ts", "b.spec.ts"]


async def test_an_error_of_the_server_is_raised_where_the_call_was_made(server: RunningServer) -> None:
    def use() -> None:
        with client_of(server) as shifty:
            shifty.failed_tests(NOWHERE)

    with pytest.raises(NotFound):
        await asyncio.to_thread(use)


async def test_a_stream_that_is_left_early_is_closed(server: RunningServer) -> None:
    def use() -> int:
        with client_of(server) as shifty:
            run = shifty.orchestrate(["a.spec.ts"])
            for _ in shifty.progress(run.run_id, every_ms=200):
                break
            return shifty.queue_stats().waiting

    assert await asyncio.to_thread(use) == 1


async def test_several_threads_share_one(server: RunningServer) -> None:
    with client_of(server) as shifty:
        started = await asyncio.gather(
            *(asyncio.to_thread(shifty.orchestrate, [f"{number}.spec.ts"]) for number in range(5))
        )
        listed = await asyncio.to_thread(lambda: {run.id for run in shifty.runs()})

    assert listed == {run.run_id for run in started}


def test_it_says_what_it_was_not_told() -> None:
    with pytest.raises(UsageError, match="SHIFTY_API_URL"):
        Client()


def test_a_program_that_forgets_to_close_it_still_ends() -> None:
    program = "from shifty.client import Client; Client('http://127.0.0.1:9', 'k', 't')"

    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_to_import_it_brings_no_server_along() -> None:
    heavy = ("pydantic", "fastapi", "psycopg", "websockets", "shifty.web", "shifty.database", "shifty.wire")
    program = f"import sys, shifty.client; print([name for name in {heavy} if name in sys.modules])"

    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120, env=os.environ
    )

    assert found.stdout.strip() == "[]"


async def test_it_can_be_used_where_a_loop_is_at_work() -> None:
    with Client("http://127.0.0.1:9", "k", "t", patience_s=0) as shifty, pytest.raises(ServerAway):
        shifty.queue_stats()
