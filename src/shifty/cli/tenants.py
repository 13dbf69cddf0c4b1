"""``shifty tenants``: who shares this server."""

import json
from typing import Annotated

import typer

from shifty.cli.administration import AsJson, DataDir, administer, moment
from shifty.tenants.keys import create_tenant, list_tenants
from shifty.tenants.model import Tenant


def register(app: typer.Typer) -> None:
    tenants = typer.Typer(no_args_is_help=True, help="Tenants: whose runs, keys and history are kept apart.")
    tenants.command("create")(_create)
    tenants.command("list")(_list)
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


def _described(tenant: Tenant) -> dict[str, object]:
    return {"tenant": tenant.slug, "tenantId": str(tenant.id), "createdAt": moment(tenant.created_at)}
