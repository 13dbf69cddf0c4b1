-- The dashboard: who is signed in, what was done by whom, what was decided about proposals, and who is told of runs.

-- A browser that has shown an API key. It may do what the key may, and ends with it.
create table sessions (
    hash         bytea primary key,           -- sha256 of what the cookie holds
    tenant_id    uuid not null references tenants on delete cascade,
    key_id       text not null references api_keys on delete cascade,
    created_at   timestamptz not null default now(),
    last_used_at timestamptz not null default now(),   -- to the minute
    expires_at   timestamptz not null         -- whatever happens; sooner when it is not used
);
create index sessions_expiry on sessions (expires_at);
create index sessions_key on sessions (key_id);

-- Opens one session: what `shifty open` and `shifty up` put into an address in place of a key. Unlogged: a crash costs
-- whoever has one a second command.
create unlogged table sign_in_codes (
    hash       bytea primary key,
    tenant_id  uuid not null references tenants on delete cascade,
    key_id     text not null references api_keys on delete cascade,
    expires_at timestamptz not null
);
create index sign_in_codes_expiry on sign_in_codes (expires_at);

-- What people and programs have changed, and who: never changed afterwards.
create table audit_log (
    id        bigint generated always as identity primary key,
    tenant_id uuid not null references tenants on delete cascade,
    at        timestamptz not null default now(),
    key_id    text,                           -- null: the administrator of the machine, by the command line
    key_name  text not null default '',       -- as it was called then
    action    text not null,                  -- such as key.created
    subject   text not null default '',       -- what it was done to: an id, a name
    project   text,
    details   jsonb not null default '{}'
);
create index audit_log_tenant on audit_log (tenant_id, id desc);

-- What somebody has said about a healed or proposed locator: accepted ones are written into the source, refused ones
-- neither written nor used again.
create table healing_decisions (
    tenant_id       uuid not null,
    project_id      bigint not null references projects on delete cascade,
    file            text not null,
    selector        text not null,            -- as the source has it
    healed_selector text not null,
    digest          bytea not null,           -- sha256 of file, selector and healed selector: an index takes no text of any length
    decision        text not null check (decision in ('accepted', 'refused')),
    reason          text not null default '',
    decided_by      text not null,
    decided_at      timestamptz not null default now(),
    primary key (project_id, digest)
);
create index healing_decisions_file on healing_decisions (project_id, file);

-- Who is told when a run ends.
create table webhooks (
    id         uuid primary key default gen_random_uuid(),
    tenant_id  uuid not null references tenants on delete cascade,
    project_id bigint references projects on delete cascade,   -- null: every project
    url        text not null,
    secret     text not null,                 -- what deliveries are signed with
    events     text[] not null,
    enabled    boolean not null default true,
    created_by text not null default '',
    created_at timestamptz not null default now()
);
create index webhooks_tenant on webhooks (tenant_id);

-- Written by the transaction that ends the run, so that a crash can't lose one; sent by a duty.
create table webhook_deliveries (
    id           uuid primary key default gen_random_uuid(),
    tenant_id    uuid not null,
    webhook_id   uuid not null references webhooks on delete cascade,
    run_id       uuid references runs on delete cascade,       -- null: a test of the webhook
    event        text not null,
    state        text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
    tries        int not null default 0,
    next_try_at  timestamptz not null default now(),
    status       int,                         -- of the last answer
    error        text,                        -- of the last try
    created_at   timestamptz not null default now(),
    delivered_at timestamptz,
    unique (webhook_id, run_id, event)
) with (fillfactor = 80);
create index webhook_deliveries_due on webhook_deliveries (next_try_at) where state = 'waiting';
create index webhook_deliveries_webhook on webhook_deliveries (webhook_id, created_at desc);
create index webhook_deliveries_run on webhook_deliveries (run_id);

-- For the page of the queue, the timeline of a run, which reads what was done, too, and the list of pull requests.
create index leases_lost on leases (tenant_id, ended_at desc) where state = 'lost';
create index work_items_run on work_items (run_id);
create index healing_prs_tenant on healing_prs (tenant_id, created_at desc);

-- How much more often a test fails lately, in percentage points: of its newest 20 executions less those before.
alter table assessments add column trend double precision not null default 0;
