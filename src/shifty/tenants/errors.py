"""Refusals of this room."""

from shifty.errors import Exhausted, Forbidden, Invalid, NotFound, Unauthenticated
from shifty.tenants.model import Overdraft, Scope
from shifty.tenants.rates import Bucket, Standing


class BadKey(Unauthenticated):
    """No API key, or one that is unknown, revoked or expired; which of these is told to nobody."""

    def __init__(self) -> None:
        super().__init__("The API key is missing, unknown, revoked or expired. Send Authorization: Bearer <key>.")


class BadTicket(Unauthenticated):
    """A ticket that was taken before, is older than half a minute, or is for another run; which is told to nobody."""

    def __init__(self) -> None:
        super().__init__(
            "The ticket is unknown, used, expired, or for another run. One opens a single stream within 30 s: get a "
            "new one with POST /api/v1/runs/{runId}/tickets."
        )


class BadCode(Unauthenticated):
    """A sign-in code that was taken before, or is older than two minutes."""

    def __init__(self) -> None:
        super().__init__(
            "The link is used or older than two minutes. Get a new one with: shifty open. Or sign in with an API key."
        )


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


class RateLimited(Exhausted):
    """Too many requests of the tenant, or of an address without a valid key."""

    def __init__(self, standing: Standing) -> None:
        rate = standing.rate
        wait = standing.retry_after_s
        super().__init__(
            f"{_TOO_MANY[rate.bucket]}: {rate.per_minute} a minute may come, {rate.capacity} at once after a "
            f"pause. Wait {wait} s and try again.",
            {"bucket": str(rate.bucket), "perMinute": rate.per_minute, "burst": rate.capacity},
            retry_after_s=wait,
        )


_TOO_MANY = {
    Bucket.API: "Too many requests of this tenant",
    Bucket.INGEST: "Too many requests of this tenant's workers and reporters",
    Bucket.ADDRESS: "Too many requests without a valid API key from this address",
}


class QuotaExceeded(Forbidden):
    """The tenant's plan does not allow more of this."""

    code = "QUOTA_EXCEEDED"

    def __init__(self, overdrawn: Overdraft) -> None:
        super().__init__(
            overdrawn.sentence(),
            {
                "quota": str(overdrawn.quota),
                "limit": overdrawn.limit,
                "used": overdrawn.used,
                "requested": overdrawn.requested,
            },
        )


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
