"""``shifty keys``: API keys of a tenant."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from shifty.cli.administration import AsJson, DataDir, administer, moment
from shifty.database.pool import Database
from shifty.errors import UsageError
from shifty.tenants.keys import NewKey, create_key, create_tenant, find_tenant, list_keys, revoke_key
from shifty.tenants.model import DEFAULT_SCOPES, Key, Scope, Tenant

OfTenant = Annotated[str, typer.Option("--tenant", "-t", help="The tenant's name or id.")]


def register(app: typer.Typer) -> None:
    keys = typer.Typer(no_args_is_help=True, help="API keys: who may talk to this server.")
    keys.command("create")(_create)
    keys.command("list")(_list)
    keys.command("revoke")(_revoke)
    app.add_typer(keys, name="keys")


def _create(
    tenant: OfTenant,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="read, ingest, orchestrate or admin; repeatable. Without: the first three.", show_default=False
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    project: Annotated[str | None, typer.Option(help="The only project that it opens.", show_default=False)] = None,
    expires_days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Days until it ends.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Create an API key, and its tenant if need be. The key is shown once."""
    scopes = parse_scopes(scope)
    expires_in = timedelta(days=expires_days) if expires_days else None

    async def create(db: Database) -> tuple[Tenant, NewKey]:
        owner = await create_tenant(db, tenant)
        return owner, await create_key(db, owner.id, scopes, name=name, project=project, expires_in=expires_in)

    owner, new = administer(data_dir, create)
    if as_json:
        typer.echo(json.dumps({**_described(new.key), "key": new.text, "tenant": owner.slug}))
        return
    typer.echo(f"A key for {owner.slug} with the scopes {_scopes(new.key)}. It is shown only now:", err=True)
    typer.echo(f"export SHIFTY_API_KEY={new.text}\nexport SHIFTY_TENANT_ID={owner.slug}")


def _list(tenant: OfTenant, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List a tenant's API keys."""

    async def find(db: Database) -> list[Key]:
        return await list_keys(db, (await find_tenant(db, tenant)).id)

    found = administer(data_dir, find)
    if as_json:
        typer.echo(json.dumps({"keys": [_described(key) for key in found]}))
        return
    now = datetime.now(UTC)
    for key in found:
        typer.echo(
            "  ".join([key.id, _state(key, now), _scopes(key), key.project or "all projects", key.name]).rstrip()
        )
    if not found:
        typer.echo(f"There are no keys yet. Make one with: shifty keys create --tenant {tenant}", err=True)


def _revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id: the part between shf_ and the next underscore.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Revoke an API key for good. A running server stops taking it within seconds."""
    key = administer(data_dir, lambda db: revoke_key(db, _id_of(key_id)))
    typer.echo(json.dumps(_described(key)) if as_json else f"Revoked {key.id}.")


def parse_scopes(names: Sequence[str] | None) -> frozenset[Scope]:
    """The scopes that were asked for; commas separate, too.

    Raises:
        UsageError: one of them does not exist.
    """
    wanted = [part.strip() for name in names or () for part in name.split(",")]
    known = {scope.value: scope for scope in Scope}
    if unknown := [name for name in wanted if name not in known]:
        raise UsageError(f"There is no scope {unknown[0]!r}: use {', '.join(list(known)[:-1])} or {list(known)[-1]}.")
    return frozenset(known[name] for name in wanted) or DEFAULT_SCOPES


def _id_of(text: str) -> str:
    """Whoever pastes the whole key means its id."""
    return text.split("_")[1] if text.startswith("shf_") else text


def _described(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "tenantId": str(key.tenant_id),
        "name": key.name,
        "scopes": sorted(key.scopes),
        "project": key.project,
        "createdAt": moment(key.created_at),
        "expiresAt": moment(key.expires_at),
        "revokedAt": moment(key.revoked_at),
        "lastUsedAt": moment(key.last_used_at),
    }


def _scopes(key: Key) -> str:
    return ",".join(sorted(key.scopes))


def _state(key: Key, now: datetime) -> str:
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= now else "valid"
