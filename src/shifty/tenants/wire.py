"""Bodies about plans and limits."""

from uuid import UUID

from pydantic import Field

from shifty.tenants.meter import Meters
from shifty.tenants.model import Plan
from shifty.tenants.rates import Bucket, Rate
from shifty.tenants.usage import Usage
from shifty.wire import Body


class PlanOfTenant(Body):
    """What the tenant may use; null is unlimited."""

    retention_days: int = Field(description="How long artifacts are kept.", examples=[30])
    max_storage_bytes: int | None = Field(description="Bytes of artifacts.", examples=[10737418240])
    max_workers: int | None = Field(description="Workers at once, over all runs.", examples=[20])
    max_minutes_per_month: int | None = Field(description="Minutes of tests a month.", examples=[None])

    @classmethod
    def of(cls, plan: Plan) -> "PlanOfTenant":
        return cls.model_validate(plan, from_attributes=True)


class RateOfTenant(Body):
    """A token bucket."""

    per_minute: int = Field(description="Requests a minute.", examples=[500])
    burst: int = Field(description="Requests at once after a pause.", examples=[1000])

    @classmethod
    def of(cls, rate: Rate | None) -> "RateOfTenant | None":
        return cls(per_minute=rate.per_minute, burst=rate.capacity) if rate else None


class RatesOfTenant(Body):
    """What counts against which bucket is in the documentation of the API; null is unlimited."""

    api: RateOfTenant | None = Field(description="All requests but those of workers and reporters.")
    ingest: RateOfTenant | None = Field(description="Requests of workers and reporters.")


class UsageAnswer(Body):
    """What the tenant's plan allows and what of it is used."""

    tenant: str = Field(description="The tenant's name.", examples=["acme"])
    tenant_id: UUID = Field(description="The tenant's id.")
    month: str = Field(description="The month that is counted, in UTC.", examples=["2024-12"])
    plan: PlanOfTenant = Field(description="What the tenant may use.")
    storage_bytes: int = Field(description="Bytes of artifacts that are stored.", examples=[1048576])
    workers: int = Field(description="Workers that are at work now.", examples=[5])
    minutes: int = Field(description="Minutes that tests of this month's ended runs took.", examples=[312])
    rate_limits: RatesOfTenant = Field(description="How many requests a minute may come.")

    @classmethod
    def of(cls, usage: Usage, meters: Meters) -> "UsageAnswer":
        return cls(
            tenant=usage.tenant,
            tenant_id=usage.tenant_id,
            month=usage.month,
            plan=PlanOfTenant.of(usage.plan),
            storage_bytes=usage.storage_bytes,
            workers=usage.workers,
            minutes=usage.minutes,
            rate_limits=RatesOfTenant(
                api=RateOfTenant.of(meters.rates.get(Bucket.API)),
                ingest=RateOfTenant.of(meters.rates.get(Bucket.INGEST)),
            ),
        )
