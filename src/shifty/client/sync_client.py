"""The client for code that blocks: each method of the asynchronous one, run to its end."""

from types import TracebackType
from typing import Self

from shifty.client.async_client import AsyncClient
from shifty.client.blocking import Loop, blocking, iterating


class Client:
    """As ``AsyncClient``, for code without an event loop. Several threads may share one.

    Use it in ``with``, or call ``close``.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        tenant: str | None = None,
        *,
        patience_s: float = 30.0,
    ) -> None:
        self.core = AsyncClient(url, key, tenant, patience_s=patience_s)
        self.loop = Loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.loop.run(self.core.aclose())
        self.loop.close()

    orchestrate = blocking(AsyncClient.orchestrate)
    rerun = blocking(AsyncClient.rerun)
    cancel = blocking(AsyncClient.cancel)
    queue_stats = blocking(AsyncClient.queue_stats)
    usage = blocking(AsyncClient.usage)
    ticket = blocking(AsyncClient.ticket)
    runs = iterating(AsyncClient.runs)
    run = blocking(AsyncClient.run)
    results = iterating(AsyncClient.results)
    failed_tests = blocking(AsyncClient.failed_tests)
    failed_tests_as = blocking(AsyncClient.failed_tests_as)
    artifacts = blocking(AsyncClient.artifacts)
    upload_artifact = blocking(AsyncClient.upload_artifact)
    download_artifact = blocking(AsyncClient.download_artifact)
    snapshot = blocking(AsyncClient.snapshot)
    progress = iterating(AsyncClient.progress)
    wait = blocking(AsyncClient.wait)
    watch = iterating(AsyncClient.watch)
    report = blocking(AsyncClient.report)
    healing_events = iterating(AsyncClient.healing_events)
    drifts = iterating(AsyncClient.drifts)
    healing_settings = blocking(AsyncClient.healing_settings)
    set_healing = blocking(AsyncClient.set_healing)
