"""A duty goes on, whatever becomes of its work."""

import asyncio

import pytest

from shifty.errors import Unavailable
from shifty.server.duty import Duty


@pytest.mark.parametrize("failure", [Unavailable("away"), RuntimeError("a bug"), OSError("gone"), None])
async def test_it_is_done_again_after_it_failed(failure: Exception | None) -> None:
    done = asyncio.Semaphore(0)

    async def work() -> None:
        done.release()
        if failure:
            raise failure

    duty = Duty("test", 0.001, work)
    duty.start()

    async with asyncio.timeout(60):
        for _ in range(3):
            await done.acquire()
    await duty.stop()


async def test_it_can_be_stopped_in_the_middle_of_its_work_and_before_it_began() -> None:
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        await asyncio.Event().wait()

    duty = Duty("test", 0.001, work)
    await duty.stop()
    duty.start()
    async with asyncio.timeout(60):
        await began.wait()
        await duty.stop()
