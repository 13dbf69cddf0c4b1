-- part: run_columns
       r.id, r.tenant_id, p.slug as project, r.origin, r.status, r.conclusion, r.failure_reason, r.branch, r.commit_sha,
       r.ci_build_id, r.actor, r.worker_count, r.shard_strategy, r.rerun_of, r.total_tests, r.passed_tests,
       r.failed_tests, r.quarantined_tests, r.flaky_tests, r.healed_tests,
       coalesce(r.healing_verdict, p.healing_verdict) as healing_verdict, r.skipped_tests, r.not_run_tests, r.test_duration_ms, r.version, r.created_at,
       r.started_at, r.completed_at, coalesce(r.completed_at, now()) - r.started_at as duration

-- part: matching_runs
 where r.tenant_id = %(tenant_id)s
   and (%(only)s::text is null
        or r.project_id = (select id from projects where tenant_id = %(tenant_id)s and slug = %(only)s))
   and (%(project)s::text is null
        or r.project_id = (select id from projects where tenant_id = %(tenant_id)s and slug = %(project)s))
   and (%(branch)s::text is null or r.branch = %(branch)s)
   and (%(ci_build_id)s::text is null or r.ci_build_id = %(ci_build_id)s)
   and (%(commit_sha)s::text is null or r.commit_sha = %(commit_sha)s)
   and (%(actor)s::text is null or r.actor = %(actor)s)
   and (%(rerun_of)s::uuid is null or r.rerun_of = %(rerun_of)s)
   and (%(created_from)s::timestamptz is null or r.created_at >= %(created_from)s)
   and (%(created_until)s::timestamptz is null or r.created_at < %(created_until)s)
   and case %(status)s::text
         when 'all' then true
         -- As the verdict has it, where quarantine has had a say in that.
         when 'passed' then r.status = 'completed' and case when r.quarantined_tests > 0 then r.conclusion <> 'failed'
                                                            else r.failed_tests = 0 end
         when 'failed' then r.status = 'failed'
                         or case when r.status = 'completed' and r.quarantined_tests > 0 then r.conclusion = 'failed'
                                 else r.failed_tests > r.quarantined_tests end
         else r.status = %(status)s
       end

-- name: get_run
select
-- insert: run_columns
       , r.metadata
  from runs r join projects p on p.id = r.project_id
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and (p.slug = %(only)s or %(only)s::text is null);

-- name: list_runs
-- Newest first, and by id where two are of one moment, so that no page shows a run twice.
select
-- insert: run_columns
       , '{}'::jsonb as metadata
  from runs r join projects p on p.id = r.project_id
-- insert: matching_runs
 order by r.created_at desc, r.id desc
 limit %(limit)s offset %(offset)s;

-- name: count_runs
select count(*)
  from runs r
-- insert: matching_runs
;

-- part: matching_results
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and outcome is not null
   and case %(status)s::text
         when 'all' then true
         when 'flaky' then outcome = 'passed' and flaky
         when 'healed' then healed
         when 'quarantined' then quarantined
         else outcome = %(status)s
       end
   and (%(file)s::text is null or file = %(file)s)
   and (%(search)s::text is null
        or strpos(lower(array_to_string(title_path || file, ' ')), lower(%(search)s)) > 0)

-- name: results_in_order
-- Only tests that have reported. The order of the suite, as far as paths and lines tell it; the id settles the rest.
-- All of them are read to be sorted, so that their number comes for nothing. A limit of null is none.
select test_id, count(*) over () as total
  from tests
-- insert: matching_results
 order by file collate "C", line nulls last, project_name collate "C", test_id collate "C"
 limit %(limit)s offset %(offset)s;

-- name: count_results
select count(*)
  from tests
-- insert: matching_results
;

-- name: results_by_id
-- Read by the ids that were put in order before: what is sorted is then small, and a stream holds no transaction open.
select t.test_id, t.file, t.project_name, t.title_path, t.line, t.tags, t.shard_index, t.stage, t.outcome, t.raw_status,
       t.flaky, t.healing_attempted, t.healed, t.quarantined, t.reason, t.duration_ms, t.retry_count, t.error_message, t.worker, t.started_at, t.finished_at,
       t.attempts::text as attempts,
       (select jsonb_build_object('ruleId', q.id, 'kind', q.kind, 'value', q.value, 'owner', q.owner, 'reason', q.reason,
                                  'expiresAt', q.expires_at)
          from quarantine_rules q where q.id = t.quarantine_rule and q.tenant_id = t.tenant_id) as quarantine
  from unnest(%(test_ids)s::text[]) with ordinality as wanted(test_id, place)
  join tests t on t.run_id = %(run_id)s and t.test_id = wanted.test_id
 where t.tenant_id = %(tenant_id)s and t.outcome is not null
 order by wanted.place;

-- name: artifacts_of_tests
-- Oldest first.
select test_id, id, type, name, size_bytes, attempt
  from artifacts
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and test_id = any(%(test_ids)s) and state = 'ready' and expires_at > now()
 order by test_id, created_at, id;

-- name: unsuccessful_tests
select test_id, file, project_name, title_path, line, tags, shard_index, stage, outcome, raw_status, flaky,
       healing_attempted, healed, quarantined, reason, duration_ms, retry_count, error_message, worker, started_at, finished_at
  from tests
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and outcome in ('failed', 'notRun')
 order by file, line nulls last, project_name, test_id;

-- name: unlisted_files
-- Files of a run that has ended of which not every test is known: never leased, crashed before Playwright had listed
-- them, or they do not load.
-- A worker may have reported some tests of such a file without ever listing it: what it did not come to is in no ledger.
select file from (
    select i.file, i.state <> 'done' or exists (
               select 1 from run_errors e where e.run_id = i.run_id and e.file = i.file) as is_cut_short
      from work_items i where i.run_id = %(run_id)s and i.tenant_id = %(tenant_id)s and i.test_ids is null
    union
    select e.file, false from run_errors e
     where e.run_id = %(run_id)s and e.tenant_id = %(tenant_id)s and e.file is not null
) f
 where exists (select 1 from runs r where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and r.closed)
   and not exists (select 1 from tests t where t.run_id = %(run_id)s and t.file = f.file
                      and (not f.is_cut_short or t.shard_index is not null))
 group by file
 order by file;

-- name: is_partly_known
-- A reported run is known in part when a shard never began, went silent or could not load before it had said which tests
-- it has, or when fewer tests were ever named than had been announced.
select r.total_tests > r.listed_tests or exists (
           select 1 from shards s
            where s.run_id = r.id and s.tenant_id = r.tenant_id
              and not exists (select 1 from tests t where t.run_id = r.id and t.shard_index = s.index)
              and (not s.ended or exists (select 1 from run_errors e where e.run_id = r.id)))
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and r.origin = 'reported' and r.closed;

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
