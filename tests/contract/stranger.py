"""A client written from the contract's page alone: plain HTTP, none of our code."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import uuid4

import httpx

API = "/api/v1"
Json = dict[str, Any]


class Stranger:
    """One tenant's key. Every call is asserted to succeed; ``http`` is for those that must not."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.worker = str(uuid4())

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> Json:
        answer = await self.http.request(method, f"{API}{path}", json=body, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def orchestrate(self, tests: int = 1, workers: int = 1, **fields: object) -> str:
        """A run of that many tests, each in a file of its own."""
        files = [f"tests/{number}.spec.ts" for number in range(tests)]
        listed = [{"testFile": file, "testName": "works"} for file in files]
        body = {"testFiles": files, "tests": listed, "workerCount": workers, **fields}
        return str((await self.ask("POST", "/orchestrate", body))["runId"])

    async def claim(self, run_id: str, worker: str | None = None) -> Json:
        return await self.ask(
            "POST", f"/runs/{run_id}/claims", {"workerId": worker or self.worker, "worker": "stranger"}
        )

    async def finish(self, run_id: str, lease: Json, outcome: str = "finished") -> None:
        await self.ask("POST", f"/runs/{run_id}/leases/{lease['token']}/finish", {"outcome": outcome})

    async def work(self, run_id: str, lease: Json, status: str = "passed") -> None:
        """Report all tests of a lease, and end it."""
        batch = {"results": [{**test, "status": status} for test in leased_tests(lease)], "lease": lease["token"]}
        await self.tell(run_id, {"type": "test:batch", "payload": batch})
        await self.finish(run_id, lease)

    async def work_off(self, run_id: str, status: str = "passed") -> None:
        """Work until there is nothing left of the run."""
        while (lease := await self.claim(run_id))["kind"] == "lease":
            await self.work(run_id, lease, status)

    async def tell(self, run_id: str, *messages: Json) -> None:
        answer = await self.ask("POST", f"/runs/{run_id}/events", list(messages))
        assert answer == {"acked": len(messages), "errors": []}

    async def report(self, *results: Mapping[str, object], listed: Sequence[Mapping[str, object]] = ()) -> str:
        """A run that nobody has orchestrated, from its start to its end, as a reporter tells of it.

        ``listed`` are tests of the suite that do not report.
        """
        run_id = str(uuid4())
        tests = [{name: result[name] for name in _NAMES if name in result} for result in (*results, *listed)]
        unique = [test for number, test in enumerate(tests) if test not in tests[:number]]
        start = {"runId": run_id, "totalTests": len(unique), "shardIndex": 0, "totalShards": 1, "tests": unique}
        await self.tell(run_id, {"type": "run:start", "payload": start})
        for result in results:
            await self.tell(run_id, {"type": "test:batch", "payload": {"runId": run_id, "results": [result]}})
        await self.tell(run_id, {"type": "run:end", "payload": {"runId": run_id, "status": "completed"}})
        return run_id

    async def run(self, run_id: str) -> Json:
        return cast("Json", (await self.ask("GET", f"/runs/{run_id}"))["run"])

    async def results(self, run_id: str) -> list[Json]:
        return cast("list[Json]", (await self.ask("GET", f"/runs/{run_id}"))["results"])


_NAMES = ("testFile", "testName", "titlePath", "projectName", "line")


def leased_tests(lease: Json) -> list[Json]:
    return [
        {"testFile": item["file"], "testName": test["titlePath"][-1], "titlePath": test["titlePath"]}
        for item in lease["items"]
        for test in item["tests"]
    ]
