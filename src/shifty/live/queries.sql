-- name: look
-- Everything that a viewer of a run sees, and the tests that have changed since an earlier look, in one read.
--
-- What has changed is told by who wrote a row: it is new where its transaction was not yet visible to the earlier look,
-- which is known by its pg_snapshot. Nothing is lost by that: a transaction that had begun before that look and commits
-- after it is in progress in its snapshot, whatever its number and its clock say. And ingest pays nothing: no column to
-- keep, no index, and no order in which transactions would have to wait for each other.
-- A row has the low 32 bits of its transaction's number. The rest follows from the next number to be given, since every
-- visible row is older than that; so a row may only be told once too often, and only after 2^32 transactions. Rows that
-- vacuum has frozen keep their number. age() costs little and goes first, so that the exact test sees only a few rows.
-- No row of tests is ever written in a subtransaction: a pg_snapshot does not know those.
with moment as materialized (
    select pg_current_snapshot() as taken, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next_xid
), changed as materialized (
    select t.*
      from tests t, moment m
     where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s
       and %(since)s::pg_snapshot is not null and t.test_id > %(after)s::text
       and (t.outcome is not null or t.running_since is not null)
       and age(t.xmin) <= age(pg_snapshot_xmin(%(since)s::pg_snapshot)::xid)
       and not pg_visible_in_snapshot(
               (m.next_xid - ((m.next_xid - t.xmin::text::bigint) & 4294967295))::text::xid8, %(since)s::pg_snapshot)
     order by t.test_id
     limit %(most)s
)
select r.version, r.status, r.closed, m.taken::text as taken,
    (select count(*) from changed) as changes, (select max(test_id) from changed) as last_test_id,
    (select json_agg(json_build_object(
                'test_id', t.test_id, 'file', t.file, 'project_name', t.project_name, 'title_path', t.title_path, 'line', t.line,
                'tags', t.tags, 'shard_index', t.shard_index, 'stage', t.stage, 'outcome', t.outcome, 'raw_status', t.raw_status,
                'flaky', t.flaky, 'healing_attempted', t.healing_attempted, 'healed', t.healed, 'quarantined', t.quarantined,
                'quarantine', (select json_build_object('ruleId', q.id, 'kind', q.kind, 'value', q.value, 'owner', q.owner,
                                                        'reason', q.reason, 'expiresAt', q.expires_at)
                                 from quarantine_rules q where q.id = t.quarantine_rule and q.tenant_id = t.tenant_id),
                'reason', t.reason, 'duration_ms', t.duration_ms, 'retry_count', t.retry_count,
                'error_message', t.error_message, 'worker', t.worker, 'started_at', t.started_at, 'finished_at', t.finished_at,
                'running_since', t.running_since, 'attempts', t.attempts::text, 'tries', jsonb_array_length(t.attempts),
                'artifacts', coalesce((
                    select json_agg(json_build_object('test_id', a.test_id, 'id', a.id, 'type', a.type, 'name', a.name,
                                                      'size_bytes', a.size_bytes, 'attempt', a.attempt) order by a.created_at, a.id)
                      from artifacts a
                     where a.run_id = t.run_id and a.test_id = t.test_id and a.state = 'ready' and a.expires_at > now()), '[]'::json)
                ) order by coalesce(t.finished_at, t.running_since), t.test_id)
       from changed t)::text as tests,
    jsonb_build_object(
    'id', r.id, 'status', r.status, 'conclusion', r.conclusion, 'failureReason', r.failure_reason,
    'totalTests', r.total_tests, 'passedTests', r.passed_tests, 'failedTests', r.failed_tests, 'flakyTests', r.flaky_tests,
    'quarantinedTests', r.quarantined_tests, 'healedTests', r.healed_tests,
    'healingVerdict', coalesce(r.healing_verdict, (select p.healing_verdict from projects p where p.id = r.project_id)),
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
    )::text as body
  from runs r, moment m
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s;

-- name: tell
-- every tenant: replicas tell each other run ids and nothing else.
select pg_notify('shifty_runs', x) from unnest(%(run_ids)s::text[]) as x;

-- name: owners
-- every tenant: it asks whose the runs are.
select id, tenant_id from runs where id = any(%(run_ids)s);
