-- name: get_run
select r.id, r.tenant_id, p.slug as project, r.origin, r.status, r.conclusion, r.failure_reason, r.branch, r.commit_sha,
       r.ci_build_id, r.actor, r.metadata, r.worker_count, r.shard_strategy, r.total_tests, r.passed_tests,
       r.failed_tests, r.flaky_tests, r.skipped_tests, r.not_run_tests, r.test_duration_ms, r.version, r.created_at,
       r.started_at, r.completed_at, coalesce(r.completed_at, now()) - r.started_at as duration
  from runs r join projects p on p.id = r.project_id
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and (p.slug = %(only)s or %(only)s::text is null);

-- name: list_runs
-- Newest first, and by id where two are of one moment, so that no page shows a run twice.
select r.id, r.tenant_id, p.slug as project, r.origin, r.status, r.conclusion, r.failure_reason, r.branch, r.commit_sha,
       r.ci_build_id, r.actor, '{}'::jsonb as metadata, r.worker_count, r.shard_strategy, r.total_tests, r.passed_tests,
       r.failed_tests, r.flaky_tests, r.skipped_tests, r.not_run_tests, r.test_duration_ms, r.version, r.created_at,
       r.started_at, r.completed_at, coalesce(r.completed_at, now()) - r.started_at as duration
  from runs r join projects p on p.id = r.project_id
 where r.tenant_id = %(tenant_id)s
   and (p.slug = %(only)s or %(only)s::text is null)
   and (p.slug = %(project)s or %(project)s::text is null)
   and (r.branch = %(branch)s or %(branch)s::text is null)
   and (r.ci_build_id = %(ci_build_id)s or %(ci_build_id)s::text is null)
   and (r.commit_sha = %(commit_sha)s or %(commit_sha)s::text is null)
   and (r.actor = %(actor)s or %(actor)s::text is null)
   and (r.created_at >= %(created_from)s or %(created_from)s::timestamptz is null)
   and (r.created_at < %(created_until)s or %(created_until)s::timestamptz is null)
   and case %(status)s::text
         when 'all' then true
         when 'passed' then r.status = 'completed' and r.failed_tests = 0
         when 'failed' then r.status = 'failed' or r.failed_tests > 0
         else r.status = %(status)s
       end
 order by r.created_at desc, r.id desc
 limit %(limit)s offset %(offset)s;

-- name: count_runs
-- The conditions of list_runs, word for word.
select count(*)
  from runs r join projects p on p.id = r.project_id
 where r.tenant_id = %(tenant_id)s
   and (p.slug = %(only)s or %(only)s::text is null)
   and (p.slug = %(project)s or %(project)s::text is null)
   and (r.branch = %(branch)s or %(branch)s::text is null)
   and (r.ci_build_id = %(ci_build_id)s or %(ci_build_id)s::text is null)
   and (r.commit_sha = %(commit_sha)s or %(commit_sha)s::text is null)
   and (r.actor = %(actor)s or %(actor)s::text is null)
   and (r.created_at >= %(created_from)s or %(created_from)s::timestamptz is null)
   and (r.created_at < %(created_until)s or %(created_until)s::timestamptz is null)
   and case %(status)s::text
         when 'all' then true
         when 'passed' then r.status = 'completed' and r.failed_tests = 0
         when 'failed' then r.status = 'failed' or r.failed_tests > 0
         else r.status = %(status)s
       end;

-- name: page_of_results
-- Only tests that have reported. The order of the suite, as far as paths and lines tell it; the id settles the rest.
select test_id, file, project_name, title_path, line, tags, shard_index, stage, outcome, raw_status, flaky, reason,
       duration_ms, retry_count, error_message, worker, started_at, finished_at, attempts
  from tests
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and outcome is not null
 order by file, line nulls last, project_name, test_id
 limit %(limit)s offset %(offset)s;

-- name: count_results
select count(*) from tests where run_id = %(run_id)s and tenant_id = %(tenant_id)s and outcome is not null;

-- name: unsuccessful_tests
select test_id, file, project_name, title_path, line, tags, shard_index, stage, outcome, raw_status, flaky, reason,
       duration_ms, retry_count, error_message, worker, started_at, finished_at
  from tests
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and outcome in ('failed', 'notRun')
 order by file, line nulls last, project_name, test_id;

-- name: run_errors
select file, error, received_at
  from run_errors where run_id = %(run_id)s and tenant_id = %(tenant_id)s order by received_at, digest;

-- name: shards_of_run
select s.index, s.state, s.test_count, s.estimated_ms, coalesce(t.done, 0) as done, s.worker_id, w.name as worker_name,
       s.started_at, s.finished_at
  from shards s
  left join workers w on w.run_id = s.run_id and w.id = s.worker_id
  left join (select shard_index, count(outcome) as done from tests
              where run_id = %(run_id)s and tenant_id = %(tenant_id)s group by shard_index) t on t.shard_index = s.index
 where s.run_id = %(run_id)s and s.tenant_id = %(tenant_id)s
 order by s.index;

-- name: workers_of_run
select id, name, shard_index, predicted_ms, busy_ms, tests_run, batches, overhead_ms, joined_at, last_seen_at, left_at
  from workers where run_id = %(run_id)s and tenant_id = %(tenant_id)s order by shard_index nulls last, joined_at, id;
