-- name: lock_build
-- N matrix jobs start the same build at once: the first makes the run, the others find it.
select pg_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/' || %(name)s, 1));

-- name: ensure_project
insert into projects (tenant_id, slug) values (%(tenant_id)s, %(slug)s)
on conflict (tenant_id, slug) do update set slug = excluded.slug
returning id;

-- name: run_of_build
select id from runs
 where tenant_id = %(tenant_id)s and project_id = %(project_id)s and ci_build_id = %(ci_build_id)s;

-- name: run_of_key
select run_id from idempotency_keys
 where tenant_id = %(tenant_id)s and project_id = %(project_id)s and key = %(key)s;

-- name: keep_key
insert into idempotency_keys (tenant_id, project_id, key, run_id) values (%(tenant_id)s, %(project_id)s, %(key)s, %(run_id)s);

-- name: create_run
-- A project that fails healed tests is not talked out of it by a run, and a rerun is judged like what it repeats.
insert into runs (id, tenant_id, project_id, origin, branch, commit_sha, ci_build_id, actor, metadata, worker_count,
                  total_tests, pending_timeout, rerun_of, healing_verdict)
values (%(run_id)s, %(tenant_id)s, %(project_id)s, 'orchestrated', %(branch)s, %(commit_sha)s, %(ci_build_id)s, %(actor)s,
        %(metadata)s::jsonb, %(workers)s, %(expected)s, %(pending_timeout)s, %(rerun_of)s,
        (select case when p.healing_verdict = 'fail' then 'fail'
                     else coalesce(%(healing_verdict)s::text,
                                   (select o.healing_verdict from runs o where o.id = %(rerun_of)s and o.tenant_id = p.tenant_id)) end
           from projects p where p.id = %(project_id)s and p.tenant_id = %(tenant_id)s));

-- name: started_run
select r.status, r.worker_count, r.total_tests,
       (select count(distinct i.file) from work_items i where i.run_id = r.id)::int as files,
       coalesce((select jsonb_agg(jsonb_build_array(s.index, s.test_count, s.estimated_ms) order by s.index)
                   from shards s where s.run_id = r.id), '[]') as shards,
       r.rerun_of
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s;

-- name: closing_state
select r.status, r.origin, r.project_id,
       (select count(*) from work_items i where i.run_id = r.id and i.state in ('waiting', 'leased'))::int as open_items,
       (select count(*) from shards s where s.run_id = r.id and not s.ended)::int as open_shards,
       (select count(*) from leases l where l.run_id = r.id and l.state = 'active')::int as active_leases,
       (select count(*) from run_errors e where e.run_id = r.id)::int as errors,
       (select count(*) from shards s where s.run_id = r.id and s.state = 'failed')::int as lost_shards,
       r.failure_reason, r.closed, r.last_event_at + r.pending_timeout < now() as is_silent,
       coalesce(r.healing_verdict, (select p.healing_verdict from projects p where p.id = r.project_id)) as healing_verdict,
       -- Teardown projects run when a machine has no more work, so after the last batch. Nobody waits for them in vain.
       (select count(*) from tests t where t.run_id = r.id and t.stage = 'teardown' and t.outcome is null
           and exists (select 1 from workers w where w.run_id = r.id and w.left_at is null
                          and w.last_seen_at > now() - interval '60 seconds'))::int as teardowns
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
   for update of r;

-- name: original
-- The run of which another is to be a rerun. Once it is closed nothing of it changes any more.
select r.id, p.slug as project, r.status, r.failure_reason, r.branch, r.commit_sha, r.failed_tests + r.not_run_tests - r.quarantined_tests as unsuccessful, r.closed
  from runs r join projects p on p.id = r.project_id
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and (p.slug = %(only)s or %(only)s::text is null);

-- name: tests_of_original
-- In the order of the suite, which within a file is that of its lines.
select test_id, file, project_name, title_path, line, tags, stage, serial, parallel, repeat,
       coalesce(outcome in ('failed', 'notRun') and not quarantined, true) as unsuccessful
  from tests
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s
 order by file, line nulls last, project_name, test_id;

-- name: files_of_original
-- Every file that the run was made of, as far as anybody has said.
select file from work_items where run_id = %(run_id)s and tenant_id = %(tenant_id)s
union
select file from tests where run_id = %(run_id)s and tenant_id = %(tenant_id)s
union
select file from run_errors where run_id = %(run_id)s and tenant_id = %(tenant_id)s and file is not null;

-- name: mark_flaky_of_rerun
-- A test that passed and had failed in the run that this one repeats, or in one that that one repeats, is flaky: both
-- outcomes on one commit. Only this run's row changes: a ledger that is closed is never written again.
with recursive earlier as (
    select o.id, o.rerun_of, o.commit_sha
      from runs r join runs o on o.id = r.rerun_of
     where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and o.tenant_id = %(tenant_id)s
       -- A checkout with changes that nobody has committed: they may have been others the time before.
       and r.commit_sha not like '%%-dirty'
    union
    select o.id, o.rerun_of, o.commit_sha
      from earlier e join runs o on o.id = e.rerun_of
     where o.tenant_id = %(tenant_id)s
), failed as (
    select distinct on (o.test_id) o.test_id, e.id
      from earlier e
      join runs r on r.id = %(run_id)s and r.commit_sha = e.commit_sha
      join tests o on o.run_id = e.id and o.outcome = 'failed'
     order by o.test_id, e.id
)
update tests t
   set flaky = true, reason = coalesce(t.reason, 'it failed in run ' || f.id || ' at the same commit')
  from failed f
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.test_id = f.test_id and t.outcome = 'passed' and not t.flaky;

-- name: recount
-- The ledger is counted anew when the run ends: what is published then does not rest on increments.
with c as (
    select count(*) as listed,
           count(*) filter (where outcome = 'passed') as passed,
           count(*) filter (where outcome = 'failed') as failed,
           count(*) filter (where outcome = 'skipped') as skipped,
           count(*) filter (where outcome = 'notRun') as not_run,
           count(*) filter (where outcome = 'passed' and flaky) as flaky,
           count(*) filter (where healed) as healed,
           count(*) filter (where quarantined) as quarantined,
           count(*) filter (where raw_status = 'timedOut') as timed_out
      from tests where run_id = %(run_id)s and tenant_id = %(tenant_id)s
)
update runs r
   set listed_tests = c.listed, passed_tests = c.passed, failed_tests = c.failed, skipped_tests = c.skipped,
       flaky_tests = c.flaky, healed_tests = c.healed, quarantined_tests = c.quarantined,
       -- Planned and never even listed: a hole that the ledger shows as not run.
       not_run_tests = c.not_run + greatest(0, r.total_tests - c.listed), total_tests = greatest(r.total_tests, c.listed)
  from c
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
returning r.total_tests, r.passed_tests, r.failed_tests, r.skipped_tests, r.not_run_tests, r.flaky_tests, c.timed_out, r.healed_tests;

-- name: end_run
update runs set status = %(status)s, conclusion = %(conclusion)s, failure_reason = coalesce(failure_reason, %(reason)s),
                completed_at = coalesce(completed_at, now()), closed = true, version = version + 1
 where id = %(run_id)s and tenant_id = %(tenant_id)s;

-- name: cancel_run
update runs set status = 'cancelled', conclusion = 'cancelled', completed_at = now(), version = version + 1
 where id = %(run_id)s and tenant_id = %(tenant_id)s;

-- name: abandon_items
update work_items set state = 'cancelled' where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state in ('waiting', 'leased');

-- name: fail_shards
update shards set state = 'failed', finished_at = coalesce(finished_at, now())
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state in ('waiting', 'active');

-- name: runs_to_close
-- every tenant: what a process left half done when it died: nothing is open any more, or nobody works on it any more.
select r.id, r.tenant_id,
       case when r.status = 'cancelled' then
                 case when not exists (select 1 from leases l where l.run_id = r.id and l.state = 'active')
                       and (r.origin = 'orchestrated' or r.last_event_at + r.pending_timeout < now()
                            or not exists (select 1 from shards s where s.run_id = r.id and not s.ended)) then 'done' end
            when r.origin = 'reported' and not exists (select 1 from shards s where s.run_id = r.id and not s.ended)
                 and exists (select 1 from shards s where s.run_id = r.id) then 'done'
            when r.origin = 'orchestrated'
                 and not exists (select 1 from work_items i where i.run_id = r.id and i.state in ('waiting', 'leased')) then 'done'
            when r.status = 'pending' and r.created_at + r.pending_timeout < now() then 'NO_WORKERS'
            when r.status = 'running' and r.last_event_at + r.pending_timeout < now()
                 and not exists (select 1 from leases l where l.run_id = r.id and l.state = 'active') then
                 case when r.origin = 'reported' then 'PRODUCER_LOST' else 'WORKERS_LOST' end
       end as why
  from runs r
 where not r.closed;
