"""A worker process for tests that kill it: runs the suite in a folder and says when its first test has begun."""

import asyncio
import sys
from pathlib import Path

from shifty import wire
from shifty.worker.playwright.batch import BatchRun, Terms
from shifty.worker.playwright.listing import list_suite
from shifty.worker.playwright.model import Batch


def tell(message: wire.AnyMessage) -> None:
    if isinstance(message, wire.TestStartMessage):
        print("started", flush=True)


async def main(folder: Path) -> None:
    suite = await list_suite(folder)
    await BatchRun(suite, Batch.of(suite, run_id="run"), Terms(folder / "out"), tell).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
