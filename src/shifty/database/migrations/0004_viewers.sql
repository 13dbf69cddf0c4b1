-- Who looks at a run and who reports to it over a socket.

-- Lets a browser open one stream of one run: it can't send our headers there, and a key has no place in an address.
-- Stored as a hash, taken once. Unlogged: a crash costs whoever has one a second request.
create unlogged table tickets (
    hash       bytea primary key,
    tenant_id  uuid not null references tenants on delete cascade,
    run_id     uuid not null references runs on delete cascade,
    expires_at timestamptz not null
);
create index tickets_expiry on tickets (expires_at);
create index tickets_run on tickets (run_id);

-- A row for every socket that reports, of all replicas: a tenant may have only so many. Each replica renews its rows, all
-- in one statement; those of a dead one expire. Unlogged: the next renewal writes again what a crash has emptied.
create unlogged table producer_seats (
    id         uuid primary key,
    tenant_id  uuid not null references tenants on delete cascade,
    expires_at timestamptz not null
) with (fillfactor = 50);
create index producer_seats_tenant on producer_seats (tenant_id, expires_at);
