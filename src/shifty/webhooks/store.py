"""Every statement of this room."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.web.pagination import Page
from shifty.webhooks.model import Delivery, Due, ListedWebhook, Outcome, RunTold, State, Webhook

QUERIES = load_queries("shifty.webhooks")


@dataclass(frozen=True, kw_only=True)
class _ListedRow(Webhook):
    waiting: int

    def noun(self) -> Webhook:
        return Webhook(**{name: value for name, value in asdict(self).items() if name != "waiting"})


@dataclass(frozen=True, kw_only=True)
class _NewestRow(Delivery):
    webhook_id: UUID

    def noun(self) -> Delivery:
        return Delivery(**{name: value for name, value in asdict(self).items() if name != "webhook_id"})


class WebhookStore:
    """One tenant's webhooks and their deliveries."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def enqueue(self, run_id: UUID) -> None:
        await self._do("enqueue_run", run_id=run_id)

    async def lock(self) -> None:
        """Nobody else adds a webhook before this transaction ends."""
        await self._do("lock_webhooks")

    async def count(self) -> int:
        row = await self._one("count_webhooks")
        return row[0] if row else 0

    async def project_id(self, slug: str) -> int | None:
        row = await self._one("project_id", project=slug)
        return row[0] if row else None

    async def add(
        self, *, project_id: int | None, url: str, secret: str, events: Sequence[str], created_by: str
    ) -> UUID:
        row = await self._one(
            "add_webhook", project_id=project_id, url=url, secret=secret, events=list(events), created_by=created_by
        )
        assert row is not None
        return row[0]

    async def get(self, webhook_id: UUID, only: str | None) -> Webhook | None:
        """``only``: a project that it must be of."""
        async with self._tx.cursor(row_factory=class_row(Webhook)) as cursor:
            values = {"tenant_id": self._tenant_id, "webhook_id": webhook_id, "only": only}
            await cursor.execute(QUERIES["get_webhook"], values)
            return await cursor.fetchone()

    async def change(
        self,
        webhook_id: UUID,
        *,
        url: str | None,
        events: Sequence[str] | None,
        enabled: bool | None,
        secret: str | None,
    ) -> None:
        """None stays as it is."""
        listed = None if events is None else list(events)
        await self._do("change_webhook", webhook_id=webhook_id, url=url, events=listed, enabled=enabled, secret=secret)

    async def remove(self, webhook_id: UUID) -> None:
        await self._do("remove_webhook", webhook_id=webhook_id)

    async def listed(self, only: str | None, webhook_id: UUID | None = None) -> list[ListedWebhook]:
        """Oldest first."""
        values = {"tenant_id": self._tenant_id, "only": only, "webhook_id": webhook_id}
        async with self._tx.cursor(row_factory=class_row(_ListedRow)) as cursor:
            await cursor.execute(QUERIES["list_webhooks"], values)
            rows = await cursor.fetchall()
        newest = await self._newest([row.id for row in rows])
        return [ListedWebhook(webhook=row.noun(), waiting=row.waiting, last=newest.get(row.id)) for row in rows]

    async def delivery(self, delivery_id: UUID) -> Delivery | None:
        async with self._tx.cursor(row_factory=class_row(Delivery)) as cursor:
            await cursor.execute(QUERIES["get_delivery"], {"tenant_id": self._tenant_id, "id": delivery_id})
            return await cursor.fetchone()

    async def deliveries(self, webhook_id: UUID, page: Page) -> tuple[list[Delivery], int]:
        """Newest first, and the number of all."""
        values = {"tenant_id": self._tenant_id, "webhook_id": webhook_id, "limit": page.limit, "offset": page.offset}
        async with self._tx.cursor(row_factory=class_row(Delivery)) as cursor:
            await cursor.execute(QUERIES["list_deliveries"], values)
            found = await cursor.fetchall()
        row = await self._one("count_deliveries", webhook_id=webhook_id)
        return found, row[0] if row else 0

    async def claim_test(self, webhook_id: UUID, taken_for: timedelta) -> Due | None:
        """A new delivery of the event ``test``, taken by this process."""
        async with self._tx.cursor(row_factory=class_row(Due)) as cursor:
            values = {"tenant_id": self._tenant_id, "webhook_id": webhook_id, "taken_for": taken_for}
            await cursor.execute(QUERIES["claim_test"], values)
            return await cursor.fetchone()

    async def told(self, run_id: UUID, most: int) -> RunTold | None:
        """``most``: failures."""
        async with self._tx.cursor(row_factory=class_row(RunTold)) as cursor:
            values = {"tenant_id": self._tenant_id, "run_id": run_id, "most": most}
            await cursor.execute(QUERIES["told_of_run"], values)
            return await cursor.fetchone()

    async def note(self, due: Due, outcome: Outcome, state: State, pause: timedelta | None) -> None:
        await self._do(
            "note_outcome",
            id=due.id,
            tries=due.tries,
            state=state,
            status=outcome.status,
            error=outcome.error,
            pause=pause,
        )

    async def _newest(self, webhook_ids: Sequence[UUID]) -> dict[UUID, Delivery]:
        values = {"tenant_id": self._tenant_id, "webhook_ids": list(webhook_ids)}
        async with self._tx.cursor(row_factory=class_row(_NewestRow)) as cursor:
            await cursor.execute(QUERIES["newest_deliveries"], values)
            return {row.webhook_id: row.noun() for row in await cursor.fetchall()}

    async def _do(self, query: str, /, **values: object) -> None:
        await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})

    async def _one(self, query: str, /, **values: object) -> tuple[Any, ...] | None:
        cursor = await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
        return await cursor.fetchone()


async def claim_due(tx: Transaction, *, of_each: int, limit: int, taken_for: timedelta) -> list[Due]:
    """Deliveries that are due, of all tenants, at most ``of_each``; nobody else takes them for so long."""
    async with tx.cursor(row_factory=class_row(Due)) as cursor:
        await cursor.execute(QUERIES["claim_due"], {"of_each": of_each, "limit": limit, "taken_for": taken_for})
        return await cursor.fetchall()


async def forget_old(tx: Transaction, kept: timedelta) -> None:
    await tx.execute(QUERIES["forget_old"], {"kept": kept})
