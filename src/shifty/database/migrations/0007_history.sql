-- History, flakiness and quarantine: what every test came to in every run, what is concluded from it, what is excused.

alter table projects
    add column default_branch             text,                          -- null: main or master if it has a tenth of the runs, else the branch with most
    add column codeowners                 text,                          -- the file's text, as a run has brought it
    add column quarantine_cap             int not null default 20 check (quarantine_cap between 0 and 10000),
    add column quarantine_days            int not null default 14 check (quarantine_days between 1 and 365),
    -- Automatic quarantine: when the chance that a test's flakiness rate (percent) is at least this is at least that.
    add column auto_quarantine            boolean not null default false,
    add column auto_quarantine_rate       double precision not null default 20 check (auto_quarantine_rate between 1 and 100),
    add column auto_quarantine_confidence double precision not null default 0.95 check (auto_quarantine_confidence between 0.5 and 0.9999);

alter table runs
    add column quarantined_tests int not null default 0,  -- failed or not run, and excused by quarantine: a subset of both
    add column folded_at         timestamptz,             -- when history took it in; null: it has yet to
    add column refold            boolean not null default false;  -- it is to do so again: what it has stays until then
create index runs_to_fold on runs (tenant_id, project_id, refold, completed_at, id) where closed and (folded_at is null or refold);
create index runs_ended on runs (project_id, completed_at desc) where closed;

alter table tests
    add column quarantined     boolean not null default false,  -- it failed or was not run, and quarantine excuses it
    add column quarantine_rule uuid;                            -- the rule that does; null: none

-- A row for every test that a project ever had.
create table known_tests (
    id             bigint generated always as identity primary key,
    tenant_id      uuid not null,
    project_id     bigint not null references projects on delete cascade,
    test_id        text not null,
    file           text not null,
    project_name   text not null default '',
    title_path     text[] not null,
    line           int,
    tags           text[] not null default '{}',
    p50_ms         int,                    -- of the last 50 executions that were measured, like p95 and p99; null: none was
    p95_ms         int,
    p99_ms         int,
    first_seen_at  timestamptz not null,
    last_seen_at   timestamptz not null,
    last_run_id    uuid not null,
    last_outcome   text not null,
    last_passed_at timestamptz,
    last_failed_at timestamptz,
    unique (project_id, test_id)
) with (fillfactor = 80);
create index known_tests_file on known_tests (project_id, file);

-- What one test came to in one run: a slim copy of the ledger that stays when details go. A partition a month, by the end
-- of the run, so that retention drops a table. No foreign keys, for the reason that `tests` has none.
create table test_results (
    tenant_id       uuid not null,
    project_id      bigint not null,
    run_id          uuid not null,
    test_ref        bigint not null,        -- known_tests.id
    ended_at        timestamptz not null,   -- of the run
    outcome         text not null,          -- as in the ledger
    retried         boolean not null,       -- it passed after a failed attempt
    burst           boolean not null,       -- it failed at a moment when unusually many did: no evidence of flakiness
    quarantined     boolean not null,
    excluded        text,                   -- why it says nothing about the test: infrastructure, lost-worker, interrupted, healed
    attempts        smallint not null,
    failed_attempts smallint not null,
    duration_ms     int not null,           -- of all attempts of its last lease
    failed_ms       int not null,           -- of these, of the failed ones
    limit_ms        int,                    -- of the time-out that it ran into
    position        int,                    -- of its first attempt in its Playwright worker, from 0; null: unknown
    ran_after       bigint,                 -- the test before it there
    worker          text,                   -- the machine
    error_digest    text,                   -- of its last failed attempt
    causes          text[] not null default '{}',  -- what its errors point to
    primary key (run_id, test_ref, ended_at)
) partition by range (ended_at);
create index test_results_test on test_results (test_ref, ended_at desc);
create index test_results_notable on test_results (project_id, ended_at desc) where outcome = 'failed' or failed_attempts > 0;
create table test_results_other partition of test_results default;

-- Errors by what is left of their message once numbers, ids, paths and colours are taken out.
create table error_groups (
    id            bigint generated always as identity primary key,
    tenant_id     uuid not null,
    project_id    bigint not null references projects on delete cascade,
    digest        text not null,
    message       text not null,            -- normalised
    sample        text not null,            -- one of them as it was
    kind          text not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    unique (project_id, digest)
);
create table error_occurrences (
    tenant_id  uuid not null,
    project_id bigint not null,
    group_id   bigint not null,             -- error_groups.id
    run_id     uuid not null,
    test_ref   bigint not null,             -- known_tests.id; 0: an error of the run that belongs to no test
    attempts   int not null,
    ended_at   timestamptz not null,
    primary key (run_id, test_ref, group_id, ended_at)
) partition by range (ended_at);
-- All that counting them takes, so that the table itself is not read.
create index error_occurrences_recent on error_occurrences (project_id, ended_at desc) include (tenant_id, group_id, test_ref, run_id, attempts);
create index error_occurrences_group on error_occurrences (group_id, ended_at desc);
create table error_occurrences_other partition of error_occurrences default;

-- The partition of a month is made before the first row of it. Where rows have come first they are in `…_other`, and stay.
create function ensure_history_month(moment timestamptz) returns void language plpgsql as $$
declare
    start_at timestamptz := date_trunc('month', moment at time zone 'UTC') at time zone 'UTC';
    end_at   timestamptz := (date_trunc('month', moment at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    parent   text;
    child    text;
    crowded  boolean;
begin
    foreach parent in array array['test_results', 'error_occurrences'] loop
        child := parent || '_' || to_char(start_at at time zone 'UTC', 'YYYY_MM');
        continue when to_regclass(child) is not null;
        perform pg_advisory_xact_lock(7213002);
        -- Not to_regclass: it answers from a cache that waiting for an advisory lock does not renew.
        continue when exists (select 1 from pg_class c where c.relname = child
                                 and c.relnamespace = (select p.relnamespace from pg_class p where p.oid = parent::regclass));
        execute format('select exists (select 1 from %I where ended_at >= %L and ended_at < %L)', parent || '_other', start_at, end_at) into crowded;
        continue when crowded;
        execute format('create table %I partition of %I for values from (%L) to (%L)', child, parent, start_at, end_at);
    end loop;
end $$;

create or replace function delete_tests_of_run() returns trigger language plpgsql as $$
begin
    delete from tests where run_id = old.id;
    delete from test_results where run_id = old.id;
    delete from error_occurrences where run_id = old.id;
    return old;
end $$;

-- What is concluded of a test that has failed lately. One without a row has not.
create table assessments (
    test_ref       bigint primary key references known_tests on delete cascade,
    tenant_id      uuid not null,
    project_id     bigint not null,
    verdict        text not null check (verdict in ('stable', 'flaky', 'broken', 'regressed', 'suspect', 'infrastructure')),
    total_runs     int not null,            -- in which it passed or failed, without those that say nothing about it
    failed_runs    int not null,            -- in which it failed for good
    flaky_runs     int not null,
    rate           double precision not null,  -- flaky of total, percent; low and high: its 95 % credible interval
    low            double precision not null,
    high           double precision not null,
    failing_share  double precision not null,  -- of its executions, 0-1, in which an attempt failed, for whatever reason
    last_flaky_at  timestamptz,
    lost_ms        bigint not null,         -- time that its flaky failures took
    breakage       jsonb,                   -- {branch, lastGood, firstBad, failures}: while it is broken or regressed
    causes         jsonb not null default '[]',
    assessed_at    timestamptz not null
) with (fillfactor = 80);
create index assessments_project on assessments (project_id, verdict);

-- A row a day and project: how it stood when it was last looked at that day.
create table flakiness_days (
    project_id        bigint not null references projects on delete cascade,
    tenant_id         uuid not null,
    day               date not null,
    flaky_tests       int not null,         -- with a rate of at least 10 %
    rate_sum          double precision not null,
    broken_tests      int not null,
    quarantined_tests int not null,
    lost_ms           bigint not null,
    primary key (project_id, day)
);

-- Run, report, don't fail.
create table quarantine_rules (
    id             uuid primary key default gen_random_uuid(),
    tenant_id      uuid not null,
    project_id     bigint not null references projects on delete cascade,
    kind           text not null check (kind in ('test', 'file', 'title', 'tag', 'error')),
    value          text not null,           -- test id; path, pattern of a title (both with *); tag; digest of an error
    project_name   text not null default '',  -- a browser; empty: any
    owner          text not null,
    reason         text not null,
    source         text not null default 'manual' check (source in ('manual', 'recommendation', 'automatic')),
    failing_share  double precision not null,  -- 0-1, when it was made: what release must be convinced is over
    created_at     timestamptz not null default now(),
    created_by     text not null,
    expires_at     timestamptz not null,
    released_at    timestamptz,
    released_by    text,
    release_reason text,
    green_runs     int not null default 0,  -- since it was made, without a failure between
    evidence       double precision not null default 0,  -- log likelihood ratio of "fixed" over "as before"
    excused        int not null default 0,  -- failures of tests, over all runs
    last_excused_at timestamptz
);
create unique index quarantine_rules_active on quarantine_rules (project_id, kind, value, project_name) where released_at is null;
create index quarantine_rules_project on quarantine_rules (tenant_id, project_id, created_at desc);

-- Who did what to a rule.
create table quarantine_log (
    id        bigint generated always as identity primary key,
    tenant_id uuid not null,
    rule_id   uuid not null references quarantine_rules on delete cascade,
    at        timestamptz not null default now(),
    who       text not null,
    what      text not null check (what in ('created', 'changed', 'released', 'expired')),
    details   jsonb not null default '{}'
);
create index quarantine_log_rule on quarantine_log (rule_id, at);

-- From CODEOWNERS, worked out once a file.
create table file_owners (
    project_id bigint not null references projects on delete cascade,
    tenant_id  uuid not null,
    file       text not null,
    owners     text[] not null,
    primary key (project_id, file)
);

-- One row: the day on which everything was last looked at again.
create table nightly (
    only_one boolean primary key default true check (only_one),
    ran_on   date not null default '-infinity'
);
insert into nightly default values;
