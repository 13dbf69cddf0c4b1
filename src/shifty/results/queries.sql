-- name: lock_for_reports
-- Shared: reports of one run go on side by side, but never while its leases change hands or it is closed. Exclusive
-- where a report resolves what is leased. The arrays come sorted, so that two transactions can't wait for each other.
-- The tenant is part of the name: nobody can hold up a run of somebody else.
-- every tenant: a lock names no row.
select case when exclusive then pg_advisory_xact_lock(hashtextextended(name, 0))::text
            else pg_advisory_xact_lock_shared(hashtextextended(name, 0))::text end
  from unnest(%(names)s::text[], %(exclusive)s::boolean[]) as x(name, exclusive);

-- name: create_reported_run
-- A reporter without an orchestrated run brings its own run id. An id that another tenant uses inserts nothing.
with project as (
    insert into projects (tenant_id, slug) values (%(tenant_id)s, %(project)s)
    on conflict (tenant_id, slug) do update set slug = excluded.slug
    returning id
)
insert into runs (id, tenant_id, project_id, origin, status, branch, commit_sha, worker_count, total_tests, started_at)
select %(run_id)s, %(tenant_id)s, project.id, 'reported', 'running', %(branch)s, %(commit_sha)s, %(workers)s, %(total)s, now()
  from project
on conflict (id) do nothing;

-- name: known_runs
select r.id, r.tenant_id, p.slug
  from runs r join projects p on p.id = r.project_id
 where (r.id, r.tenant_id) in (select * from unnest(%(run_ids)s::uuid[], %(tenant_ids)s::uuid[]));

-- name: record_results
-- One statement for rows and counters. `before` locks the rows that exist and reads how they stood; a row that another
-- transaction inserted after this statement began is in neither branch, and the caller runs the statement again.
with input as materialized (
    select * from jsonb_to_recordset(%(rows)s::jsonb) as x(
        run_id uuid, tenant_id uuid, test_id text, file text, project_name text, title_path text[], line int,
        tags text[], outcome text, raw_status text, flaky boolean, healing_attempted boolean, healed boolean, reason text, duration_ms int, retry_count int,
        error_message text, attempts jsonb, rank bigint, lease uuid, started_at timestamptz)
), held as materialized (
    select l.token, l.run_id, l.seq, w.name as worker
      from leases l join workers w on w.run_id = l.run_id and w.id = l.worker_id
     where l.state = 'active' and l.token in (select lease from input where lease is not null)
), eligible as materialized (
    select i.*, coalesce(h.seq, 0) * 1000000::bigint + i.rank as revision, h.worker
      from input i
      join runs r on r.id = i.run_id and r.tenant_id = i.tenant_id
      left join held h on h.token = i.lease and h.run_id = i.run_id
     where (i.lease is null or h.token is not null) and not r.closed
), before as materialized (
    -- Carries what was reported along, so that nothing below has to join the two again.
    select e.*, t.outcome as old_outcome, t.flaky as old_flaky, t.duration_ms as old_duration_ms, t.revision as old_revision,
           t.healed as old_healed, t.attempts as old_attempts, t.stage,
           -- What each of two that ran one test has said stays, up to 50 attempts: an excuse of one must not cover the other.
           e.outcome = 'failed' and t.outcome = 'failed' and (t.stage <> 'main' or (e.lease is null and t.revision = e.revision))
           and not t.attempts @> e.attempts and jsonb_array_length(t.attempts) < 50 as is_another_failure
      from eligible e join tests t on t.run_id = e.run_id and t.test_id = e.test_id
     order by e.run_id, e.test_id
       for update of t
), inserted as (
    insert into tests (run_id, tenant_id, test_id, file, project_name, title_path, line, tags, outcome, raw_status,
                       flaky, healing_attempted, healed, reason, duration_ms, retry_count, error_message, attempts, revision, worker, started_at,
                       running_since, finished_at)
    select e.run_id, e.tenant_id, e.test_id, e.file, e.project_name, e.title_path, e.line, coalesce(e.tags, '{}'),
           e.outcome, e.raw_status, e.flaky, e.healing_attempted, e.healed, e.reason, e.duration_ms, e.retry_count, e.error_message, e.attempts,
           e.revision, e.worker, e.started_at, case when e.outcome is null then now() end,
           case when e.outcome is not null then now() end
      from eligible e
     order by e.run_id, e.test_id
    on conflict (run_id, test_id) do nothing
    returning run_id, outcome, flaky, healed, duration_ms
), updated as (
    update tests t
       set outcome = b.outcome, raw_status = b.raw_status, reason = b.reason, duration_ms = b.duration_ms,
           retry_count = b.retry_count, error_message = b.error_message, revision = b.revision,
           line = coalesce(b.line, t.line), worker = coalesce(b.worker, t.worker),
           started_at = coalesce(t.started_at, b.started_at),
           running_since = case when b.outcome is null then coalesce(t.running_since, now()) end,
           finished_at = case when b.outcome is not null then now() end,
           -- Attempts under an earlier lease stay: they happened, and a failure among them makes a pass flaky.
           attempts = case when b.old_attempts = '[]' then b.attempts else k.kept || b.attempts end,
           -- Set-up and teardown run once a machine: one that was healed on any was healed.
           healed = b.healed or (b.stage <> 'main' and b.old_healed and coalesce(b.outcome, 'passed') = 'passed'),
           healing_attempted = b.healing_attempted or k.kept @? '$[*].heals[*]',
           flaky = b.flaky or (b.outcome = 'passed' and k.kept @? '$[*] ? (@.status == "failed" || @.status == "timedOut")')
      from before b,
           lateral (select coalesce(jsonb_agg(a), '[]') as kept
                      from jsonb_array_elements(b.old_attempts) as a
                     where ((a ->> 'lease') is distinct from b.lease::text
                            or (b.lease is null and not b.attempts @> jsonb_build_array(jsonb_build_object('attempt', a -> 'attempt')))
                            or (b.is_another_failure and not b.attempts @> jsonb_build_array(a))
                            or (b.stage <> 'main' and not b.healed and a @? '$.heals[*] ? (@.success == true)'))
                   ) k
     where t.run_id = b.run_id and t.test_id = b.test_id
       and (b.old_revision < b.revision
            -- Two machines, or two projects without names, may run one test: a pass must not hide the other's failure.
            or (b.old_revision = b.revision and b.outcome = 'failed' and b.old_outcome = 'passed')
            or b.is_another_failure
            -- Nor may a plain pass hide a healed one, there and in what runs once a machine.
            or (b.healed and not b.old_healed and b.old_outcome = 'passed' and (b.old_revision = b.revision or b.stage <> 'main'))
            -- Set-up and teardown run once a machine, and one that failed anywhere has failed.
            or (b.stage <> 'main' and b.outcome in ('failed', 'notRun') and b.old_outcome is not distinct from 'passed'))
       and not (b.stage <> 'main' and b.outcome is not distinct from 'passed' and b.old_outcome is not distinct from 'failed')
    returning t.run_id, t.outcome, t.flaky, t.healed, t.duration_ms, b.old_outcome, b.old_flaky, b.old_healed, b.old_duration_ms
), change as (
    select run_id, 1 as listed, outcome, flaky, healed, duration_ms, 1 as sign from inserted
    union all select run_id, 0, outcome, flaky, healed, duration_ms, 1 from updated
    union all select run_id, 0, old_outcome, old_flaky, old_healed, old_duration_ms, -1 from updated
), delta as (
    select run_id, sum(listed) as listed,
           coalesce(sum(sign) filter (where outcome = 'passed'), 0) as passed,
           coalesce(sum(sign) filter (where outcome = 'failed'), 0) as failed,
           coalesce(sum(sign) filter (where outcome = 'skipped'), 0) as skipped,
           coalesce(sum(sign) filter (where outcome = 'notRun'), 0) as not_run,
           coalesce(sum(sign) filter (where outcome = 'passed' and flaky), 0) as flaky,
           coalesce(sum(sign) filter (where outcome = 'passed' and healed), 0) as healed,
           coalesce(sum(sign * duration_ms) filter (where outcome is not null), 0) as duration_ms
      from change group by run_id
), counted as (
    update runs r
       set listed_tests = r.listed_tests + d.listed,
           -- A reporter may have said how many there will be; an orchestrated run counts what it did not expect on top.
           total_tests = case when r.origin = 'reported' then greatest(r.total_tests, r.listed_tests + d.listed)
                              else r.total_tests + d.listed end,
           passed_tests = r.passed_tests + d.passed, failed_tests = r.failed_tests + d.failed,
           skipped_tests = r.skipped_tests + d.skipped, not_run_tests = r.not_run_tests + d.not_run,
           flaky_tests = r.flaky_tests + d.flaky, healed_tests = r.healed_tests + d.healed, test_duration_ms = r.test_duration_ms + d.duration_ms,
           status = case when r.status = 'pending' then 'running' else r.status end,
           started_at = coalesce(r.started_at, now()),
           version = r.version + 1, last_event_at = now()
      from (select * from delta order by run_id) d
     where r.id = d.run_id
    returning r.id
)
select (select count(*) from eligible) - (select count(*) from before) - (select count(*) from inserted) as missed,
       (select count(*) from input) - (select count(*) from eligible) as refused,
       array(select id from counted) as changed;

-- name: keep_as_evidence
-- What came under a lease that is no longer held, or after the end: kept for the curious, once, and it changes nothing.
with input as (
    select x.run_id, x.tenant_id, x.test_id, x.lease, x.rank, x.value as result
      from (select value, (value ->> 'run_id')::uuid as run_id, (value ->> 'tenant_id')::uuid as tenant_id,
                   value ->> 'test_id' as test_id, (value ->> 'lease')::uuid as lease, (value ->> 'rank')::bigint as rank
              from jsonb_array_elements(%(rows)s::jsonb)) x
)
insert into late_results (run_id, tenant_id, test_id, lease, result)
select i.run_id, i.tenant_id, i.test_id, coalesce(i.lease, '00000000-0000-0000-0000-000000000000'), i.result
  from input i
  join runs r on r.id = i.run_id and r.tenant_id = i.tenant_id
  left join leases l on l.token = i.lease and l.run_id = i.run_id
  left join tests t on t.run_id = i.run_id and t.test_id = i.test_id
 where (r.closed or (i.lease is not null and l.state is distinct from 'active'))
   -- Sent again because its acknowledgement was lost: it has been counted.
   and t.revision is distinct from coalesce(l.seq, 0) * 1000000::bigint + i.rank
on conflict (run_id, test_id, lease) do nothing;

-- name: list_tests
-- Tests that a producer is about to run; those already listed stay as they are.
with input as materialized (
    select * from jsonb_to_recordset(%(rows)s::jsonb) as x(
        run_id uuid, tenant_id uuid, test_id text, file text, project_name text, title_path text[], line int, tags text[],
        shard_index int, stage text, serial text, parallel boolean, repeat int)
), inserted as (
    insert into tests (run_id, tenant_id, test_id, file, project_name, title_path, line, tags, shard_index, stage, serial,
                       parallel, repeat)
    select i.run_id, i.tenant_id, i.test_id, i.file, i.project_name, i.title_path, i.line, coalesce(i.tags, '{}'),
           i.shard_index, coalesce(i.stage, 'main'), i.serial, coalesce(i.parallel, false), coalesce(i.repeat, 0)
      from input i join runs r on r.id = i.run_id and r.tenant_id = i.tenant_id
     where not r.closed
     order by i.run_id, i.test_id
    on conflict (run_id, test_id) do nothing
    returning run_id
), delta as (select run_id, count(*) as listed from inserted group by run_id order by run_id)
update runs r
   set listed_tests = r.listed_tests + d.listed,
       total_tests = case when r.origin = 'reported' then greatest(r.total_tests, r.listed_tests + d.listed)
                          else r.total_tests + d.listed end,
       version = r.version + 1, last_event_at = now()
  from delta d
 where r.id = d.run_id
returning r.id;

-- name: mark_running
-- Which tests run now: what the live view shows, and who is to blame when their worker is lost.
with input as materialized (
    select * from jsonb_to_recordset(%(rows)s::jsonb) as x(run_id uuid, tenant_id uuid, test_id text, lease uuid)
)
update tests t
   set running_since = now(), worker = coalesce(w.name, t.worker), started_at = coalesce(t.started_at, now())
  from (select distinct on (run_id, test_id) * from input order by run_id, test_id) i
  left join leases l on l.token = i.lease and l.run_id = i.run_id and l.state = 'active'
  left join workers w on w.run_id = l.run_id and w.id = l.worker_id
 where t.run_id = i.run_id and t.test_id = i.test_id and t.tenant_id = i.tenant_id
   and t.outcome is null and (i.lease is null or l.token is not null)
returning t.run_id;

-- name: touch_runs
update runs r
   set version = r.version + 1, last_event_at = now(), started_at = coalesce(r.started_at, now()),
       status = case when r.status = 'pending' then 'running' else r.status end
  from (select distinct * from unnest(%(run_ids)s::uuid[], %(tenant_ids)s::uuid[]) as x(id, tenant_id) order by 1) x
 where r.id = x.id and r.tenant_id = x.tenant_id and r.status in ('pending', 'running')
returning r.id;

-- name: add_run_error
insert into run_errors (run_id, tenant_id, digest, file, error)
select r.id, r.tenant_id, %(digest)s, %(file)s, %(error)s::jsonb
  from runs r where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and not r.closed
on conflict (run_id, digest) do nothing;

-- name: declare_total
update runs set total_tests = greatest(total_tests, %(total)s)
 where id = %(run_id)s and tenant_id = %(tenant_id)s and origin = 'reported' and status in ('pending', 'running');

-- name: end_shard
-- Its producer has said so. In an orchestrated run that no worker has ever claimed of, that ends the shard's work, too;
-- else leases decide. Without an index it is the run's only shard: to guess among several could end one that still
-- reports, when a producer says its end again, and a run that ends too early may be green.
with ending as materialized (
    select s.run_id, s.index
      from shards s join runs r on r.id = s.run_id
     where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
       and s.index = coalesce(%(index)s::int, (select case when count(*) = 1 then min(o.index) end
                                                 from shards o where o.run_id = r.id and o.state <> 'empty'))
       and (r.origin = 'reported' or (r.status in ('pending', 'running')
                                      and not exists (select 1 from leases l where l.run_id = r.id)))
), done as (
    update work_items i set state = 'done'
      from ending e where i.run_id = e.run_id and i.shard_index = e.index and i.state = 'waiting'
)
update shards s set ended = true, state = 'completed', finished_at = coalesce(s.finished_at, now())
  from ending e where s.run_id = e.run_id and s.index = e.index;

-- name: drop_expected_of_reported
-- Files of which tests have reported no longer count what was expected of them. Only where nobody has claimed: there the
-- end of a lease does it.
with known as materialized (
    select i.id, i.expected_tests
      from work_items i
     where i.run_id = %(run_id)s and i.tenant_id = %(tenant_id)s and i.test_ids is null and i.expected_tests > 0
       and exists (select 1 from tests t where t.run_id = i.run_id and t.file = i.file)
       and not exists (select 1 from leases l where l.run_id = i.run_id)
), dropped as (
    update work_items i set expected_tests = 0 from known k where i.id = k.id returning k.expected_tests
)
update runs set total_tests = greatest(listed_tests, total_tests - (select sum(expected_tests) from dropped)),
                version = version + 1
 where id = %(run_id)s and tenant_id = %(tenant_id)s and not closed and exists (select 1 from dropped);

-- name: join_planned_shard
-- A producer of an orchestrated run says which shard it is about to run.
update shards s set state = 'active', started_at = coalesce(s.started_at, now())
 where s.run_id = %(run_id)s and s.tenant_id = %(tenant_id)s and s.index = %(index)s and s.state = 'waiting'
   and exists (select 1 from runs r where r.id = s.run_id and r.origin = 'orchestrated')
   and not exists (select 1 from leases l where l.run_id = s.run_id);

-- name: join_shard
-- A producer of a reported run says which shard it is; the run ends when every shard has.
insert into shards (run_id, tenant_id, index, state, test_count, estimated_ms, started_at)
select r.id, r.tenant_id, i, case when i = %(index)s then 'active' else 'waiting' end, 0, 0, case when i = %(index)s then now() end
  from runs r, generate_series(0, greatest(%(total)s, %(index)s + 1) - 1) as i
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and r.origin = 'reported'
on conflict (run_id, index) do update set state = 'active', started_at = coalesce(shards.started_at, now())
   where excluded.state = 'active' and not shards.ended;

-- name: conclude
-- The server's own word about tests that did not report. It outranks whatever a lease has said before.
with input as (
    select * from jsonb_to_recordset(%(rows)s::jsonb) as x(test_id text, outcome text, reason text, error_message text)
), done as (
    update tests t
       set outcome = i.outcome, reason = i.reason, error_message = i.error_message, raw_status = i.outcome,
           running_since = null, finished_at = now(),
           revision = (select coalesce(max(seq), 0) from leases where run_id = %(run_id)s) * 1000000::bigint + 999999
      from input i
     where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.test_id = i.test_id and t.outcome is null
    returning t.outcome
)
update runs r
   set failed_tests = failed_tests + (select count(*) from done where outcome = 'failed'),
       not_run_tests = not_run_tests + (select count(*) from done where outcome = 'notRun'),
       version = version + 1
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and exists (select 1 from done);

-- name: fail_healed
-- At the close, where the run's policy does not take a healed pass for one. That it was healed stays known.
update tests
   set outcome = 'failed', error_message = %(message)s, flaky = false
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and outcome = 'passed' and healed;

-- name: conclude_rest
-- At the close: whatever was planned and never reported is told so, with the reason.
with done as (
    update tests set outcome = 'notRun', reason = %(reason)s, raw_status = 'notRun', running_since = null, finished_at = now()
     where run_id = %(run_id)s and tenant_id = %(tenant_id)s and outcome is null
    returning 1
)
update runs set not_run_tests = not_run_tests + (select count(*) from done), version = version + 1
 where id = %(run_id)s and tenant_id = %(tenant_id)s and exists (select 1 from done);

-- name: lock_seats
-- Two replicas must not both count nine and take the tenth.
select pg_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/producers', 3));

-- name: take_seat
-- No row when all are taken. Expired ones are cleared away; a locked one is being renewed or cleared by somebody else.
with over as (
    delete from producer_seats where id in (
        select id from producer_seats where tenant_id = %(tenant_id)s and expires_at <= now() for update skip locked)
)
insert into producer_seats (id, tenant_id, expires_at)
select %(seat)s, %(tenant_id)s, now() + %(kept_for)s::interval
 where (select count(*) from producer_seats where tenant_id = %(tenant_id)s and expires_at > now()) < %(most)s;

-- name: renew_seats
-- All of a replica's, written anew where a crash of the database has emptied the table.
insert into producer_seats (id, tenant_id, expires_at)
select x.id, t.id, now() + %(kept_for)s::interval
  from unnest(%(seats)s::uuid[], %(tenant_ids)s::uuid[]) as x(id, tenant_id) join tenants t on t.id = x.tenant_id
 order by x.id
on conflict (id) do update set expires_at = excluded.expires_at;

-- name: give_seats_back
-- every tenant: a replica gives back what it has taken itself, for whomever.
delete from producer_seats where id = any(%(seats)s::uuid[]);

-- name: project_that_takes_owners
-- The project of a run, where what the run brings of CODEOWNERS is to be kept: a run of the default branch, or the first
-- that brings any; never one of a fork, whose pull request may say whatever it likes.
select p.id
  from runs r join projects p on p.id = r.project_id
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and not r.metadata @> '{"fork": true}'
   and (p.codeowners is null
        or r.branch is not distinct from coalesce(p.default_branch,
            (select b.branch from runs b where b.tenant_id = r.tenant_id and b.project_id = p.id and b.branch in ('main', 'master')
              order by b.branch limit 1),
            (select b.branch from (select n.branch from runs n where n.project_id = p.id and n.branch is not null
                                    order by n.created_at desc limit 1000) b
              group by b.branch order by count(*) desc, b.branch limit 1)));
