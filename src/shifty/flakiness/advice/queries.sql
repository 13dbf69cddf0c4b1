-- name: find_project
select p.id from projects p where p.slug = %(project)s and p.tenant_id = %(tenant_id)s;

-- name: branches
-- Those with a whole run, most runs first.
select r.branch
  from runs r join projects p on p.id = r.project_id
 where p.slug = %(project)s and r.tenant_id = %(tenant_id)s and r.closed and r.status = 'completed' and r.rerun_of is null
   and r.passed_tests + r.failed_tests > 0 and r.branch is not null
 group by r.branch order by count(*) desc, r.branch limit 10;

-- name: recent_runs
-- Whole ones that have ended. Machines that joined and got no test were of no use.
select r.id, r.passed_tests + r.failed_tests as tests,
       coalesce(nullif((select count(*) from workers w where w.run_id = r.id and w.tests_run > 0), 0), r.worker_count)::int as workers,
       (1000 * extract(epoch from r.completed_at - r.started_at))::bigint as wall_ms, r.completed_at
  from runs r
 where r.project_id = %(project_id)s and r.tenant_id = %(tenant_id)s and r.closed and r.status = 'completed'
   and r.rerun_of is null and r.branch is not distinct from %(branch)s::text and r.passed_tests + r.failed_tests > 0
 order by r.completed_at desc, r.id limit %(limit)s;

-- name: overhead
select percentile_cont(0.5) within group (order by w.overhead_ms)
  from workers w where w.run_id = any(%(run_ids)s) and w.tenant_id = %(tenant_id)s and w.overhead_ms is not null;

-- name: suite
-- In the order of the suite. What never ran takes no time. Repetitions of a test can't be told apart on a command line, so
-- that their file stays whole, as when it is planned.
select t.test_id, t.file, t.project_name, t.serial, t.parallel and t.repeat = 0 as parallel,
       coalesce(h.p50_ms, case when t.outcome in ('passed', 'failed') then t.duration_ms else 0 end) as ms,
       h.p50_ms is null as unknown
  from tests t
  left join test_history h on h.project_id = %(project_id)s and h.test_id = t.test_id
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.stage = 'main'
 order by t.file, t.project_name, t.line nulls last, t.title_path;

-- name: runs_of_days
select count(*)::int as runs, count(r.folded_at)::int as folded, coalesce(sum(r.test_duration_ms), 0)::bigint as test_ms,
       coalesce(sum(r.quarantined_tests), 0)::int as excused
  from runs r
 where r.project_id = %(project_id)s and r.tenant_id = %(tenant_id)s and r.closed
   and r.completed_at > now() - %(days)s * interval '1 day';

-- name: retry_cost
-- Two questions to one look at what failed: it is the larger part of the work. `earlier_ms` is what runs do not count as
-- test time: attempts before the last one.
with failed as materialized (
    select x.test_ref, x.outcome, x.failed_ms, x.failed_attempts, x.duration_ms, x.attempts
      from test_results x
     where x.project_id = %(project_id)s and x.tenant_id = %(tenant_id)s
       and x.ended_at > now() - %(days)s * interval '1 day' and (x.outcome = 'failed' or x.failed_attempts > 0)
), costly as (
    select f.test_ref, sum(f.failed_ms) as failed_ms, sum(f.failed_attempts) as failed_attempts, count(*) as runs
      from failed f group by f.test_ref order by sum(f.failed_ms) desc, f.test_ref limit %(limit)s
)
select coalesce(sum(f.failed_ms), 0)::bigint as failed_ms,
       coalesce(sum(f.failed_ms) filter (where f.outcome = 'passed'), 0)::bigint as rescued_ms,
       coalesce(sum(f.failed_ms - f.failed_ms / f.failed_attempts) filter (where f.outcome = 'failed' and f.failed_attempts > 1), 0)::bigint as in_vain_ms,
       coalesce(sum(case when f.outcome = 'passed' then f.failed_ms else f.duration_ms - f.duration_ms / greatest(1, f.attempts) end), 0)::bigint as earlier_ms,
       (select coalesce(jsonb_agg(jsonb_build_object('test_id', k.test_id, 'file', k.file, 'project_name', k.project_name,
                                                     'title_path', k.title_path, 'failed_ms', c.failed_ms,
                                                     'failed_attempts', c.failed_attempts, 'runs', c.runs)
                                  order by c.failed_ms desc, k.id), '[]')
          from costly c join known_tests k on k.id = c.test_ref where c.failed_ms > 0) as tests
  from failed f;

-- name: tests_of_errors
-- How many tests ended in each of these errors lately.
select g.digest, count(distinct o.test_ref)::int as tests
  from error_groups g join error_occurrences o on o.group_id = g.id
 where g.project_id = %(project_id)s and g.tenant_id = %(tenant_id)s and g.digest = any(%(digests)s)
   and o.ended_at > now() - %(days)s * interval '1 day' and o.test_ref <> 0
 group by g.digest;
