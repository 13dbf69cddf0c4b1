"""``shifty tenants``: who shares this server."""

import json
from collections.abc import Callable
from typing import Annotated

import typer

from shifty.cli.administration import AsJson, DataDir, administer, moment
from shifty.cli.output import count
from shifty.cli.quantities import parse_number, parse_size, size
from shifty.database.pool import Database
from shifty.tenants.keys import create_tenant, find_tenant, list_tenants
from shifty.tenants.model import Tenant
from shifty.tenants.plan import PlanChanges, change_plan
from shifty.tenants.usage import Usage, usage


def register(app: typer.Typer) -> None:
    tenants = typer.Typer(no_args_is_help=True, help="Tenants: whose runs, keys and history are kept apart.")
    tenants.command("create")(_create)
    tenants.command("list")(_list)
    tenants.command("usage")(_usage)
    tenants.command("set")(_set)
    app.add_typer(tenants, name="tenants")


def _create(
    name: Annotated[str, typer.Argument(help="Letters, digits, dots, dashes, underscores.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Create a tenant, or show the one of that name."""
    tenant = administer(data_dir, lambda db: create_tenant(db, name))
    typer.echo(json.dumps(_described(tenant)) if as_json else f"{tenant.slug}  {tenant.id}")


def _list(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the tenants of this server."""
    tenants = administer(data_dir, list_tenants)
    if as_json:
        typer.echo(json.dumps({"tenants": [_described(tenant) for tenant in tenants]}))
        return
    for tenant in tenants:
        typer.echo(f"{tenant.slug}  {tenant.id}  {tenant.created_at:%Y-%m-%d}")
    if not tenants:
        typer.echo("There are no tenants yet. Make one with: shifty keys create --tenant NAME", err=True)


def _usage(
    name: Annotated[str, typer.Argument(help="The tenant's name or id.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show what a tenant's plan allows and what of it is used."""
    _show(administer(data_dir, lambda db: _usage_of(db, name)), as_json=as_json)


def _set(
    name: Annotated[str, typer.Argument(help="The tenant's name or id.")],
    retention_days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days that artifacts are kept.", show_default=False)
    ] = None,
    max_storage: Annotated[
        str | None, typer.Option(help="Artifacts in all: 500MB, 10GiB, or unlimited.", show_default=False)
    ] = None,
    max_workers: Annotated[
        str | None, typer.Option(help="Workers at once, over all runs, or unlimited.", show_default=False)
    ] = None,
    max_minutes: Annotated[
        str | None, typer.Option(help="Test minutes a month, or unlimited.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Change what a tenant's plan allows; what is not named stays as it is."""
    changes = PlanChanges(
        retention_days=retention_days,
        max_storage_bytes=parse_size("--max-storage", max_storage),
        max_workers=parse_number("--max-workers", max_workers, least=1),
        max_minutes_per_month=parse_number("--max-minutes", max_minutes),
    )

    async def change(db: Database) -> Usage:
        await change_plan(db, (await find_tenant(db, name)).id, changes)
        return await _usage_of(db, name)

    _show(administer(data_dir, change), as_json=as_json)


async def _usage_of(db: Database, name: str) -> Usage:
    return await usage(db, (await find_tenant(db, name)).id)


def _show(used: Usage, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_described_usage(used)))
        return
    plan = used.plan
    typer.echo(f"{used.tenant}  {used.tenant_id}")
    typer.echo(f"artifacts are kept for   {count(plan.retention_days, 'day')}")
    typer.echo(f"artifacts                {size(used.storage_bytes)} of {_limit(plan.max_storage_bytes, size)}")
    typer.echo(f"workers                  {used.workers} of {_limit(plan.max_workers, str)}")
    typer.echo(f"test minutes in {used.month}  {used.minutes} of {_limit(plan.max_minutes_per_month, str)}")


def _limit(limit: int | None, shown: Callable[[int], str]) -> str:
    return "any number" if limit is None else shown(limit)


def _described_usage(used: Usage) -> dict[str, object]:
    return {
        "tenant": used.tenant,
        "tenantId": str(used.tenant_id),
        "month": used.month,
        "plan": {
            "retentionDays": used.plan.retention_days,
            "maxStorageBytes": used.plan.max_storage_bytes,
            "maxWorkers": used.plan.max_workers,
            "maxMinutesPerMonth": used.plan.max_minutes_per_month,
        },
        "storageBytes": used.storage_bytes,
        "workers": used.workers,
        "minutes": used.minutes,
    }


def _described(tenant: Tenant) -> dict[str, object]:
    return {"tenant": tenant.slug, "tenantId": str(tenant.id), "createdAt": moment(tenant.created_at)}
