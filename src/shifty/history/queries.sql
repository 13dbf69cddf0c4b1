-- name: fold_run
-- Once, when a run ends. Time-outs and crashes say nothing about how long a test takes. What counts is how long a test
-- kept its worker: all attempts of its last lease, not the last attempt alone.
insert into test_history as h (project_id, tenant_id, test_id, file, project_name, title_path, durations_ms, p50_ms, runs, last_seen_at)
select r.project_id, r.tenant_id, t.test_id, t.file, t.project_name, t.title_path, array[took.ms], took.ms, 1, now()
  from tests t join runs r on r.id = t.run_id,
       lateral (select coalesce(sum((a ->> 'durationMs')::int), t.duration_ms)::int as ms
                  from jsonb_array_elements(t.attempts) as a
                 where a ->> 'lease' is not distinct from t.attempts -> -1 ->> 'lease') took
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.stage = 'main'
   and t.outcome in ('passed', 'failed') and t.raw_status in ('passed', 'failed', 'flaky') and t.attempts <> '[]'
 order by t.test_id
on conflict (project_id, test_id) do update
   set durations_ms = (excluded.durations_ms || h.durations_ms)[1:50],
       p50_ms = (select percentile_disc(0.5) within group (order by x) from unnest((excluded.durations_ms || h.durations_ms)[1:50]) as x),
       runs = h.runs + 1, last_seen_at = now(), file = excluded.file, title_path = excluded.title_path;

-- name: known_files
-- What each file of a project weighs. A test that the file's later runs no longer had counts a month longer, then no more.
select h.file, count(*) as tests, sum(h.p50_ms)::float8 as ms
  from test_history h
  join (select file, max(last_seen_at) as newest from test_history
         where project_id = %(project_id)s and tenant_id = %(tenant_id)s group by file) n on n.file = h.file
 where h.project_id = %(project_id)s and h.tenant_id = %(tenant_id)s and h.last_seen_at > n.newest - interval '30 days'
 group by h.file;

-- name: known_tests
select test_id, p50_ms from test_history
 where project_id = %(project_id)s and tenant_id = %(tenant_id)s and test_id = any(%(test_ids)s);
