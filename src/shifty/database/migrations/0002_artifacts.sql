-- Artifacts of runs: the bytes are in the object store, what is known of them is here.
create table artifacts (
    id           uuid primary key,
    tenant_id    uuid not null,
    run_id       uuid not null references runs on delete cascade,
    type         text not null check (type in ('trace', 'screenshot', 'video', 'log')),
    name         text not null,
    storage_key  text not null unique,
    content_type text not null,
    size_bytes   bigint check (size_bytes >= 0),  -- while pending: as announced, and null if it was not
    test_id      text,
    attempt      int,
    upload_id    uuid,                            -- the client's own: the same upload twice is one artifact
    tries        int not null default 1,          -- how often the upload has begun: only the last try may give it up
    state        text not null default 'pending' check (state in ('pending', 'ready', 'expired')),
    created_at   timestamptz not null default clock_timestamp(),  -- a batch keeps its order
    expires_at   timestamptz not null             -- while pending: when the bytes are no longer waited for
);
create unique index artifacts_upload on artifacts (run_id, upload_id) where upload_id is not null;
create index artifacts_test on artifacts (run_id, test_id);
create index artifacts_due on artifacts (expires_at) where state in ('pending', 'ready');

-- What a tenant's artifacts take, pending ones as announced. Kept by the triggers below.
create table tenant_storage (
    tenant_id uuid primary key references tenants on delete cascade,
    bytes     bigint not null
) with (fillfactor = 50);

-- Objects that nobody needs any more. Written in the transaction that lets go of them, drained once the store has
-- deleted them: neither a crash nor a store that is away leaves bytes behind that nothing knows of.
create table artifact_tombstones (
    storage_key text primary key,
    due_at      timestamptz not null default now(),
    -- Bytes that were under way when the row went may come until then: the object is deleted once more.
    until       timestamptz not null default now()
);
create index artifact_tombstones_due on artifact_tombstones (due_at);

-- Signs the addresses of uploads that come to us; all replicas share it.
create table artifact_secret (
    only_one boolean primary key default true check (only_one),
    secret   bytea not null
);
insert into artifact_secret (secret) values (sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));

-- Triggers a statement, not a row: a run goes with thousands of artifacts. Tenants are counted in one order, so that two
-- statements over several tenants never wait for each other.
create function artifacts_added() returns trigger language plpgsql as $$
begin
    insert into tenant_storage as stored (tenant_id, bytes)
    select tenant_id, sum(size_bytes) from added where size_bytes > 0 group by tenant_id order by tenant_id
    on conflict (tenant_id) do update set bytes = stored.bytes + excluded.bytes;
    return null;
end $$;
create trigger artifacts_added after insert on artifacts
    referencing new table as added for each statement execute function artifacts_added();

create function artifacts_changed() returns trigger language plpgsql as $$
begin
    insert into artifact_tombstones (storage_key)
    select was.storage_key from was join now_is using (id) where was.state <> 'expired' and now_is.state = 'expired'
    on conflict do nothing;
    insert into tenant_storage as stored (tenant_id, bytes)
    select tenant_id, sum(change)
      from (select now_is.tenant_id,
                   case when now_is.state = 'expired' then 0 else coalesce(now_is.size_bytes, 0) end
                   - case when was.state = 'expired' then 0 else coalesce(was.size_bytes, 0) end as change
              from was join now_is using (id)) changes
     where change <> 0
     group by tenant_id order by tenant_id
    on conflict (tenant_id) do update set bytes = stored.bytes + excluded.bytes;
    return null;
end $$;
create trigger artifacts_changed after update on artifacts
    referencing old table as was new table as now_is for each statement execute function artifacts_changed();

create function artifacts_removed() returns trigger language plpgsql as $$
begin
    insert into artifact_tombstones (storage_key, until)
    select storage_key, case when state = 'pending' then expires_at else now() end from removed where state <> 'expired'
    on conflict do nothing;
    -- An update: the tenant may be going, too, and then there is no row to put it in.
    with gone as (
        select tenant_id, sum(size_bytes) as bytes from removed
         where state <> 'expired' and size_bytes > 0 group by tenant_id
    ), locked as materialized (
        select tenant_id, gone.bytes from tenant_storage join gone using (tenant_id)
         order by tenant_id for update of tenant_storage
    )
    update tenant_storage stored set bytes = stored.bytes - locked.bytes from locked
     where stored.tenant_id = locked.tenant_id;
    return null;
end $$;
create trigger artifacts_removed after delete on artifacts
    referencing old table as removed for each statement execute function artifacts_removed();
