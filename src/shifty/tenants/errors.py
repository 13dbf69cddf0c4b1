"""Refusals of this room."""

from shifty.errors import Forbidden, Invalid, NotFound, Unauthenticated
from shifty.tenants.model import Scope


class BadKey(Unauthenticated):
    """No API key, or one that is unknown, revoked or expired; which of these is told to nobody."""

    def __init__(self) -> None:
        super().__init__("The API key is missing, unknown, revoked or expired. Send Authorization: Bearer <key>.")


class TenantMissing(Invalid):
    """The X-Tenant-ID header is missing or blank."""

    code = "INVALID_TENANT"

    def __init__(self) -> None:
        super().__init__("The X-Tenant-ID header is missing. Send the id or the name of the key's tenant in it.")


class TenantForeign(Forbidden):
    """The named tenant is unknown, or is not the key's; one answer for both."""

    code = "INVALID_TENANT"

    def __init__(self) -> None:
        super().__init__("The API key is not one of this tenant. Check X-Tenant-ID and the tenant parameter.")


class ScopeMissing(Forbidden):
    """The key lacks the scope that the call needs."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(
            f"This needs an API key with the scope '{scope}'. Make one with: shifty keys create --scope {scope}.",
            {"scope": str(scope)},
        )


class ProjectForeign(Forbidden):
    """The key opens another project only."""

    def __init__(self, project: str) -> None:
        super().__init__(f"The API key does not open the project {project!r}.", {"project": project})


class BadSlug(Invalid):
    """The name of a tenant is malformed."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"{slug!r} can't name a tenant. Use up to 100 letters, digits, dots, dashes and underscores, "
            "and begin with a letter or digit.",
            {"tenant": slug},
        )


class TenantNotFound(NotFound):
    """There is no such tenant."""

    code = "TENANT_NOT_FOUND"

    def __init__(self, tenant: str) -> None:
        super().__init__(f"There is no tenant {tenant!r}. See: shifty tenants list.", {"tenant": tenant})


class KeyNotFound(NotFound):
    """There is no such key."""

    code = "KEY_NOT_FOUND"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"There is no API key {key_id!r}. See: shifty keys list.", {"id": key_id})
