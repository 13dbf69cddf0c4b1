-- Tenants and their keys. A key is stored as the SHA-256 of its secret: the secret has 256 random bits, so a slow hash adds nothing.
create table tenants (
    id          uuid primary key default gen_random_uuid(),
    slug        text not null unique,
    created_at  timestamptz not null default now(),
    max_waiting int not null default 1000  -- shards that may wait in the queue at once
);

create table api_keys (
    id           text primary key,         -- the public part of shf_<id>_<secret>
    tenant_id    uuid not null references tenants on delete cascade,
    secret_hash  bytea not null,
    name         text not null default '',
    scopes       text[] not null,
    project      text,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
create index api_keys_tenant on api_keys (tenant_id);

create table projects (
    id         bigint generated always as identity primary key,
    tenant_id  uuid not null references tenants on delete cascade,
    slug       text not null,
    created_at timestamptz not null default now(),
    unique (tenant_id, slug)
);

create table runs (
    id                uuid primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    project_id        bigint not null references projects on delete cascade,
    origin            text not null check (origin in ('orchestrated', 'reported')),
    status            text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
    conclusion        text check (conclusion in ('passed', 'failed', 'flaky', 'cancelled', 'timedOut')),
    failure_reason    text,
    branch            text,
    commit_sha        text,
    ci_build_id       text,
    actor             text,
    metadata          jsonb not null default '{}',
    worker_count      int not null,
    shard_strategy    text not null default 'duration-aware',
    total_tests       int not null default 0,      -- planned: listed, and expected of files that nobody has listed yet
    listed_tests      int not null default 0,      -- rows in tests
    passed_tests      int not null default 0,
    failed_tests      int not null default 0,
    flaky_tests       int not null default 0,
    skipped_tests     int not null default 0,
    not_run_tests     int not null default 0,
    test_duration_ms  bigint not null default 0,
    version           bigint not null default 1,   -- grows with every visible change; what replicas tell each other
    pending_timeout   interval not null default interval '30 minutes',
    created_at        timestamptz not null default now(),
    started_at        timestamptz,
    last_event_at     timestamptz not null default now(),
    completed_at      timestamptz,
    closed            boolean not null default false  -- for good: its ledger is whole and history has it
) with (fillfactor = 70);
create index runs_newest on runs (tenant_id, created_at desc, id desc);
create index runs_project on runs (project_id, created_at desc);
create index runs_open on runs (status) where not closed;
create unique index runs_build on runs (tenant_id, project_id, ci_build_id) where ci_build_id is not null;

create table idempotency_keys (
    tenant_id  uuid not null references tenants on delete cascade,
    project_id bigint not null references projects on delete cascade,
    key        text not null,
    run_id     uuid not null references runs on delete cascade,
    created_at timestamptz not null default now(),
    primary key (tenant_id, project_id, key)
);

-- The ledger: a row for every planned test, empty of outcome until the test has reported.
create table tests (
    -- No foreign key: it would look the run up for every row, a sixth of what ingest costs, and ingest's own statement
    -- joins the run anyway. The trigger below deletes a run's tests with it.
    run_id        uuid not null,
    test_id       text not null,
    tenant_id     uuid not null,
    file          text not null,
    project_name  text not null default '',
    title_path    text[] not null,
    line          int,
    tags          text[] not null default '{}',
    shard_index   int,
    stage         text not null default 'main' check (stage in ('main', 'setup', 'teardown')),
    outcome       text check (outcome in ('passed', 'failed', 'skipped', 'notRun')),
    raw_status    text,
    flaky         boolean not null default false,
    reason        text,
    duration_ms   int not null default 0,
    retry_count   int not null default 0,
    error_message text,
    attempts      jsonb not null default '[]',
    revision      bigint not null default -1,      -- a report only replaces one of a lower revision
    running_since timestamptz,
    losses        int not null default 0,          -- leases lost while it was running
    worker        text,
    started_at    timestamptz,
    finished_at   timestamptz,
    primary key (run_id, test_id)
) with (fillfactor = 80);
create function delete_tests_of_run() returns trigger language plpgsql as $$
begin
    delete from tests where run_id = old.id;
    return old;
end $$;
create trigger runs_take_their_tests before delete on runs for each row execute function delete_tests_of_run();
-- Few rows at any time: what the live view asks for once a worker.
create index tests_running on tests (run_id, worker) where outcome is null and running_since is not null;
create index tests_failed on tests (run_id) where outcome in ('failed', 'notRun');

-- Reports that came too late to count: their lease had been given to somebody else.
create table late_results (
    id          bigint generated always as identity primary key,
    run_id      uuid not null references runs on delete cascade,
    tenant_id   uuid not null,
    test_id     text not null,
    lease       uuid not null,
    received_at timestamptz not null default now(),
    result      jsonb not null
);
create unique index late_results_once on late_results (run_id, test_id, lease);

-- Errors that belong to no test.
create table run_errors (
    run_id      uuid not null references runs on delete cascade,
    tenant_id   uuid not null,
    digest      text not null,                     -- of file and message: the same error from two batches is one row
    file        text,
    error       jsonb not null,
    received_at timestamptz not null default now(),
    primary key (run_id, digest)
);

-- Shards and their work.
create table shards (
    run_id       uuid not null references runs on delete cascade,
    tenant_id    uuid not null,
    index        int not null,
    state        text not null check (state in ('empty', 'waiting', 'active', 'completed', 'failed', 'cancelled')),
    test_count   int not null,
    estimated_ms bigint not null,
    worker_id    uuid,
    ended        boolean not null default false,   -- run:end has come from its producer (reported runs)
    started_at   timestamptz,
    finished_at  timestamptz,
    primary key (run_id, index)
);
create index shards_queue on shards (tenant_id, state) where state in ('waiting', 'active');

create table workers (
    id            uuid not null,
    run_id        uuid not null references runs on delete cascade,
    tenant_id     uuid not null,
    name          text not null,
    shard_index   int,                             -- the shard it began with; null for a late joiner
    predicted_ms  bigint not null default 0,
    busy_ms       bigint not null default 0,       -- time under leases
    tests_run     int not null default 0,
    batches       int not null default 0,
    overhead_ms   int,                             -- measured cost of a batch beside its tests
    joined_at     timestamptz not null default now(),
    last_seen_at  timestamptz not null default now(),
    left_at       timestamptz,
    primary key (run_id, id)
);
create index workers_seen on workers (tenant_id, last_seen_at);

create table leases (
    token        uuid primary key default gen_random_uuid(),
    run_id       uuid not null references runs on delete cascade,
    tenant_id    uuid not null,
    worker_id    uuid not null,
    seq          int not null,                     -- 1, 2, 3 … within the run: a later lease outranks an earlier one
    state        text not null default 'active' check (state in ('active', 'finished', 'returned', 'lost')),
    predicted_ms bigint not null,
    granted_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    unique (run_id, seq)
) with (fillfactor = 70);
create index leases_due on leases (expires_at) where state = 'active';
create index leases_run on leases (run_id) where state = 'active';

-- A work item is what is leased as a whole: a spec file, or a piece of one whose tests allow it.
create table work_items (
    id             bigint generated always as identity primary key,
    run_id         uuid not null references runs on delete cascade,
    tenant_id      uuid not null,
    shard_index    int not null,
    file           text not null,
    project_name   text,                           -- null: every project of the file (its tests were not listed)
    test_ids       text[],                         -- null: the whole file; filled in once Playwright has listed it
    expected_tests int not null,
    predicted_ms   bigint not null,
    unknown        boolean not null,               -- no history: dispatched first
    requeued       boolean not null default false, -- came back from a lost or returned lease: goes to the head
    losses         int not null default 0,
    state          text not null default 'waiting' check (state in ('waiting', 'leased', 'done', 'cancelled')),
    lease          uuid,
    ordinal        int not null                    -- order within the shard
) with (fillfactor = 70);
create index work_items_open on work_items (run_id, state) where state in ('waiting', 'leased');
create index work_items_lease on work_items (lease) where state = 'leased';

-- Durations of earlier runs, folded once when a run ends. Newest first, at most 50.
create table test_history (
    project_id   bigint not null references projects on delete cascade,
    tenant_id    uuid not null,
    test_id      text not null,
    file         text not null,
    project_name text not null default '',
    title_path   text[] not null,
    durations_ms int[] not null,
    p50_ms       int not null,
    runs         int not null,
    last_seen_at timestamptz not null,
    primary key (project_id, test_id)
);
create index test_history_file on test_history (project_id, file);

-- One row: when some server last looked for expired leases. After a time when no server did, leases get a fresh term,
-- since the workers could not renew them either.
create table reaper (
    only_one boolean primary key default true check (only_one),
    ran_at   timestamptz not null default now()
);
insert into reaper default values;
