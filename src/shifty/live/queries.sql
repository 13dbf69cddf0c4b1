-- name: snapshot
-- Everything that a viewer of a run sees, in one read.
select jsonb_build_object(
    'id', r.id, 'status', r.status, 'conclusion', r.conclusion, 'failureReason', r.failure_reason,
    'totalTests', r.total_tests, 'passedTests', r.passed_tests, 'failedTests', r.failed_tests, 'flakyTests', r.flaky_tests,
    'skippedTests', r.skipped_tests, 'notRunTests', r.not_run_tests, 'workerCount', r.worker_count,
    'durationMs', (extract(epoch from coalesce(r.completed_at, now()) - coalesce(r.started_at, r.created_at)) * 1000)::bigint,
    'estimatedRemainingMs', case when r.status in ('pending', 'running') then (
        select (coalesce(sum(i.predicted_ms), 0) / greatest(1, (select count(*) from leases l where l.run_id = r.id and l.state = 'active')))::bigint
          from work_items i where i.run_id = r.id and i.state in ('waiting', 'leased')) end,
    'version', r.version,
    'shards', coalesce((
        select jsonb_agg(jsonb_build_object(
                   'index', s.index, 'status', s.state, 'testCount', s.test_count, 'estimatedDuration', s.estimated_ms,
                   'done', coalesce(d.done, 0), 'failed', coalesce(d.failed, 0), 'workerId', s.worker_id, 'workerName', w.name) order by s.index)
          from shards s
          left join workers w on w.run_id = s.run_id and w.id = s.worker_id
          left join (select shard_index, count(*) filter (where outcome is not null) as done,
                            count(*) filter (where outcome = 'failed') as failed
                       from tests where run_id = %(run_id)s group by shard_index) d on d.shard_index = s.index
         where s.run_id = r.id), '[]'),
    'workers', coalesce((
        select jsonb_agg(jsonb_build_object(
                   'id', w.id, 'name', w.name, 'shardIndex', w.shard_index, 'predictedMs', w.predicted_ms, 'busyMs', w.busy_ms,
                   'testsRun', w.tests_run, 'batches', w.batches, 'joinedAt', to_char(w.joined_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                   'lastSeenAt', to_char(w.last_seen_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                   'gone', w.left_at is not null,
                   'running', coalesce((select jsonb_agg(t.title_path[cardinality(t.title_path)] order by t.running_since) from tests t
                                         where t.run_id = r.id and t.worker = w.name and t.outcome is null and t.running_since is not null), '[]')) order by w.joined_at, w.id)
          from workers w where w.run_id = r.id), '[]'),
    'recentFailures', coalesce((
        select jsonb_agg(jsonb_build_object(
                   'testFile', f.file, 'testName', f.title_path[cardinality(f.title_path)], 'titlePath', f.title_path,
                   'projectName', f.project_name, 'line', f.line, 'errorMessage', left(f.error_message, 2000)) order by f.finished_at)
          from (select file, title_path, project_name, line, error_message, finished_at from tests t where t.run_id = r.id and t.outcome = 'failed' order by t.finished_at desc limit 20) f), '[]')
    )::text as body, r.version, r.status
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s;

-- name: tell
-- every tenant: replicas tell each other run ids and nothing else.
select pg_notify('shifty_runs', x) from unnest(%(run_ids)s::text[]) as x;
