-- What a tenant's plan allows. Null is unlimited.
alter table tenants
    add column retention_days        int not null default 30 check (retention_days between 1 and 3650),
    add column max_storage_bytes     bigint check (max_storage_bytes >= 0),
    add column max_workers           int check (max_workers >= 1),
    add column max_minutes_per_month int check (max_minutes_per_month >= 0);

-- Test minutes of a month, folded once when a run closes. The month is that of its end, in UTC.
create table tenant_minutes (
    tenant_id uuid not null references tenants on delete cascade,
    month     date not null,
    ms        bigint not null,
    primary key (tenant_id, month)
);

-- Rate limits: a token bucket that all replicas share. Unlogged, since a crash that empties it only fills all buckets,
-- and no row is a full bucket.
create unlogged table rate_buckets (
    name      text primary key,        -- what is limited, and whose it is: api/<tenant>, ingest/<tenant>, address/<address>
    tokens    float8 not null,
    granted   int not null,            -- by the last call: what its statement returns
    filled_at timestamptz not null,
    full_at   timestamptz not null     -- from then on the row says nothing that its absence would not
) with (fillfactor = 50);
