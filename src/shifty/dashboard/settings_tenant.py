"""What the tenant's plan allows and what of it is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.page import pages
from shifty.dashboard.settings_frame import settings_page
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import count, number, size
from shifty.tenants.meter import Meters
from shifty.tenants.rates import Bucket, Rate
from shifty.tenants.usage import Usage, usage
from shifty.web.deps import Db

router = pages()


@dataclass(frozen=True)
class Gauge:
    """One limit of the plan, and how much of it is used."""

    name: str
    used: str
    limit: str
    percent: float | None
    """None: there is no limit."""
    command: str

    @property
    def kind(self) -> str:
        if self.percent is None:
            return "quiet"
        return "failed" if self.percent >= 100 else "flaky" if self.percent >= 80 else "running"


@dataclass(frozen=True)
class TenantView:
    usage: Usage
    gauges: Sequence[Gauge]
    rates: Sequence[tuple[str, Rate | None]]


@router.get("/settings/tenant")
async def get_settings_tenant(visitor: Reader, request: Request, db: Db) -> Response:
    used = await usage(db, visitor.caller.tenant_id)
    rates = cast("Meters", request.app.state.meters).rates
    shown = [
        ("Commands, pages and API", rates.get(Bucket.API)),
        ("Workers and reporters", rates.get(Bucket.INGEST)),
    ]
    return settings_page(request, visitor, "tenant", TenantView(used, gauges_of(used), shown))


def gauges_of(used: Usage) -> list[Gauge]:
    plan, change = used.plan, f"shifty tenants set {used.tenant}"
    return [
        Gauge(
            "Artifacts",
            size(used.storage_bytes),
            "unlimited" if plan.max_storage_bytes is None else size(plan.max_storage_bytes),
            _percent(used.storage_bytes, plan.max_storage_bytes),
            f"{change} --max-storage 10GB",
        ),
        Gauge(
            "Workers at once",
            number(used.workers),
            "unlimited" if plan.max_workers is None else number(plan.max_workers),
            _percent(used.workers, plan.max_workers),
            f"{change} --max-workers 20",
        ),
        Gauge(
            f"Test minutes in {used.month}",
            count(used.minutes, "minute"),
            "unlimited" if plan.max_minutes_per_month is None else number(plan.max_minutes_per_month),
            _percent(used.minutes, plan.max_minutes_per_month),
            f"{change} --max-minutes 5000",
        ),
    ]


def _percent(used: int, limit: int | None) -> float | None:
    if limit is None:
        return None
    return min(100.0, 100 * used / limit) if limit else 100.0
