-- Healing: what elements looked like when their locators worked, what was healed, and the changes offered for it.

-- The strictest of project, worker and test decides.
alter table projects
    add column healing         text not null default 'heal' check (healing in ('off', 'propose', 'heal')),
    -- What a run with healed tests comes to: report: as if nothing was; warn: the same, said aloud; fail: it has failed.
    add column healing_verdict text not null default 'warn' check (healing_verdict in ('report', 'warn', 'fail'));

alter table runs
    add column healing_verdict text check (healing_verdict in ('report', 'warn', 'fail')),  -- null: the project's
    add column healed_tests    int not null default 0;  -- passed with a healed locator; a subset of passed_tests

-- What was healed stands in the attempts of the test; these say that there is something to look for.
alter table tests
    add column healing_attempted boolean not null default false,
    add column healed            boolean not null default false;
create index tests_healing on tests (run_id) where healing_attempted;

-- One row for each use of a locator in a test.
create table fingerprints (
    id              bigint generated always as identity primary key,
    tenant_id       uuid not null,
    project_id      bigint not null references projects on delete cascade,
    test_id         text not null,
    file            text not null,        -- of the call site, as test files are written
    line            int not null,
    selector        text not null,        -- as Playwright has it, frames included
    selector_digest bytea not null,       -- sha256: an index takes no text of any length
    digest          text not null,        -- of the newest version: the same element again only moves seen_at
    versions        jsonb not null,       -- newest first, at most five: {element, url, seenAt}
    longest_wait_ms int not null default 0,
    passes          int not null default 1,
    created_at      timestamptz not null default now(),
    seen_at         timestamptz not null default now(),
    unique (project_id, test_id, file, line, selector_digest)
) with (fillfactor = 80);
create index fingerprints_place on fingerprints (project_id, file, selector_digest);
create index fingerprints_seen on fingerprints (seen_at);

-- A locator that still matched, but another element than it used to. Reported, never changed.
create table drifts (
    id          uuid primary key default gen_random_uuid(),
    tenant_id   uuid not null,
    run_id      uuid not null references runs on delete cascade,
    test_id     text not null,
    file        text not null,
    line        int not null,
    selector    text not null,
    selector_digest bytea not null,
    similarity  double precision not null,  -- chance that it is still the same element
    was         jsonb not null,
    is_now      jsonb not null,
    explanation text not null default '',
    seen_at     timestamptz not null default now(),
    unique (run_id, test_id, file, line, selector_digest)
);

-- The change offered for a run. The row comes before the branch: however often it is tried, there is one.
create table healing_prs (
    id             uuid primary key default gen_random_uuid(),
    tenant_id      uuid not null,
    run_id         uuid not null unique references runs on delete cascade,
    repository     text not null,
    base_branch    text not null,
    base_sha       text not null,
    branch_name    text not null,
    change_digest  text not null,         -- the same change for another run updates the pull request that is open
    patch          jsonb not null,        -- [{path, content, message, locators: […]}]: one commit a file
    pr_number      int,
    pr_url         text,
    pr_status      text not null default 'pending'
                   check (pr_status in ('pending', 'branch', 'open', 'merged', 'closed', 'failed')),
    error          text,                  -- of the last try
    tries          int not null default 0,
    healing_count  int not null,
    avg_confidence double precision not null,
    verified_runs  int not null default 0,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now()
);
create index healing_prs_open on healing_prs (repository, pr_number) where pr_status in ('pending', 'open');
