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
   and (%(search)s::text is null
        or strpos(lower(concat_ws(' ', r.branch, r.commit_sha, r.ci_build_id, r.actor, r.metadata->>'commit_message')), lower(%(search)s)) > 0
        or starts_with(r.id::text, lower(%(search)s)))
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
         when 'flaky' then r.conclusion is not distinct from 'flaky'
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
       , jsonb_strip_nulls(jsonb_build_object('commit_message', left(r.metadata->>'commit_message', 500),
                                              'ci_url', left(r.metadata->>'ci_url', 2000))) as metadata
  from runs r join projects p on p.id = r.project_id
-- insert: matching_runs
 order by r.created_at desc, r.id desc
 limit %(limit)s offset %(offset)s;

-- name: count_runs
select count(*)
  from runs r
-- insert: matching_runs
;

-- name: ended_runs
-- The newest of those that came to a verdict: what was cancelled says nothing of how long it takes.
select r.id, p.slug as project, r.branch, r.commit_sha, r.conclusion, r.total_tests, r.passed_tests, r.failed_tests,
       r.flaky_tests, r.skipped_tests, r.completed_at - r.started_at as duration, r.created_at, r.completed_at
  from runs r join projects p on p.id = r.project_id
-- insert: matching_runs
   and r.status in ('completed', 'failed') and r.completed_at is not null
 order by r.created_at desc, r.id desc
 limit %(limit)s;

-- name: known_names
-- Of the newest runs only: what nobody has run for long is asked for by typing it.
with newest as materialized (
    select r.branch, r.actor, r.created_at
      from runs r
     where r.tenant_id = %(tenant_id)s
       and (%(only)s::text is null
            or r.project_id = (select id from projects where tenant_id = %(tenant_id)s and slug = %(only)s))
     order by r.created_at desc, r.id desc
     limit %(most_runs)s
)
select array(select slug from projects where tenant_id = %(tenant_id)s and (slug = %(only)s or %(only)s::text is null)
              order by slug limit %(most)s) as projects,
       array(select branch from newest where branch is not null group by branch order by max(created_at) desc limit %(most)s) as branches,
       array(select actor from newest where actor is not null group by actor order by max(created_at) desc limit %(most)s) as actors;

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

-- name: expected_test
select test_id, file, project_name, title_path, line, tags, worker, running_since
  from tests
 where run_id = %(run_id)s and test_id = %(test_id)s and tenant_id = %(tenant_id)s and outcome is null;

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

-- part: past
-- What the failed tests of a run came to before: in the last runs of its branch, else of the main branch, else of any.
-- Few runs and a bounded number of tests, each looked up by the key of the ledger.
this as materialized (
    select r.id, r.project_id, r.branch, r.created_at from runs r where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
), candidates as materialized (
    select 1 as choice, b.* from this cross join lateral (
        select r.id, r.created_at, r.commit_sha from runs r
         where r.tenant_id = %(tenant_id)s and r.branch = this.branch and r.created_at < this.created_at
           and r.project_id = this.project_id and r.closed and r.status <> 'cancelled'
         order by r.created_at desc, r.id desc limit %(most_runs)s) b
    union all
    select 2, b.* from this join projects p on p.id = this.project_id cross join lateral (
        select r.id, r.created_at, r.commit_sha from runs r
         where r.tenant_id = %(tenant_id)s and r.branch = any(array[coalesce(p.default_branch, 'main'), coalesce(p.default_branch, 'master')])
           and r.created_at < this.created_at and r.project_id = this.project_id and r.closed and r.status <> 'cancelled'
         order by r.created_at desc, r.id desc limit %(most_runs)s) b
    union all
    select 3, b.* from this cross join lateral (
        select r.id, r.created_at, r.commit_sha from runs r
         where r.tenant_id = %(tenant_id)s and r.project_id = this.project_id and r.created_at < this.created_at
           and r.closed and r.status <> 'cancelled'
         order by r.created_at desc, r.id desc limit %(most_runs)s) b
), earlier as materialized (
    select c.id, c.created_at, c.commit_sha, row_number() over (order by c.created_at desc, c.id desc) as place
      from candidates c where c.choice = (select min(choice) from candidates)
), failed as materialized (
    select t.test_id from tests t
     where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.outcome = 'failed'
     -- Of very many, those that count first.
     order by t.quarantined, t.test_id
     limit %(most_tests)s
), past as materialized (
    select f.test_id, array_agg(t.outcome order by e.place) as outcomes, array_agg(e.id order by e.place) as run_ids,
           array_agg(e.created_at order by e.place) as ats, array_agg(e.commit_sha order by e.place) as commits
      from failed f cross join earlier e
      join tests t on t.run_id = e.id and t.test_id = f.test_id and t.tenant_id = %(tenant_id)s
     where t.outcome in ('passed', 'failed')
     group by f.test_id
)

-- name: head_of_run
-- What every page of a run says of it; each number comes from an index that holds few rows.
select r.closed,
       (select count(*) from tests t where t.run_id = r.id and t.tenant_id = r.tenant_id and t.healing_attempted) as healing,
       (select count(*) from drifts d where d.run_id = r.id and d.tenant_id = r.tenant_id) as drifts,
       (select count(*) from artifacts a
         where a.run_id = r.id and a.tenant_id = r.tenant_id and a.state = 'ready' and a.expires_at > now()) as artifacts,
       (select count(*) from run_errors e where e.run_id = r.id and e.tenant_id = r.tenant_id) as faults,
       (select count(*) from shards s where s.run_id = r.id and s.tenant_id = r.tenant_id and s.state = 'failed') as lost_shards,
       (select count(*) from workers w where w.run_id = r.id and w.tenant_id = r.tenant_id) as workers,
       r.created_at + r.pending_timeout as given_up_at,
       case when r.quarantined_tests > 0 then (
           select count(*) from tests t
            where t.run_id = r.id and t.tenant_id = r.tenant_id and t.outcome = 'failed' and t.quarantined) else 0 end as excused_failed
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s;

-- name: count_new_failures
-- Failed tests that are not excused and did not fail when they last ran before; null: there is no earlier run, or too
-- many have failed to look.
with
-- insert: past
select case when exists (select from earlier) and (select count(*) from failed) < %(most_tests)s then
           (select count(*) from failed f
              join tests t on t.run_id = %(run_id)s and t.test_id = f.test_id and not t.quarantined
              left join past p on p.test_id = f.test_id
             where coalesce(p.outcomes[1], 'passed') = 'passed') end as new;

-- name: failures_of_run
-- Those that count before those that are excused, new ones before those that are known, then in the order of the suite.
with
-- insert: past
select t.test_id, t.file, t.project_name, t.title_path, t.line, t.stage, t.duration_ms, t.retry_count, t.quarantined, t.healed,
       left(t.error_message, %(longest)s) as error_message, t.finished_at, a.verdict,
       case when exists (select from earlier) and (select count(*) from failed) < %(most_tests)s
            then coalesce(p.outcomes[1], 'passed') = 'passed' end as is_new,
       p.outcomes is null as is_first,
       coalesce(array_position(p.outcomes, 'passed') - 1, cardinality(p.outcomes), 0) as failed_before,
       p.run_ids[s.place] as since_run, p.ats[s.place] as since_at, p.commits[s.place] as since_commit
  from failed f
  join tests t on t.run_id = %(run_id)s and t.test_id = f.test_id
  cross join this
  left join past p on p.test_id = f.test_id
  left join lateral (select nullif(coalesce(array_position(p.outcomes, 'passed') - 1, cardinality(p.outcomes)), 0) as place) s on true
  left join known_tests k on k.project_id = this.project_id and k.test_id = t.test_id
  left join assessments a on a.test_ref = k.id
 where t.tenant_id = %(tenant_id)s
 order by t.quarantined, coalesce(p.outcomes[1], 'passed') <> 'passed', t.file collate "C", t.line nulls last,
          t.project_name collate "C", t.test_id collate "C"
 limit %(limit)s;

-- name: not_run_reasons
-- Why tests never ran, the commonest first.
select coalesce(t.reason, '') as reason, count(*)::int as tests, count(*) filter (where t.quarantined)::int as quarantined
  from tests t
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.outcome = 'notRun'
 group by coalesce(t.reason, '')
 order by 2 desc, 1
 limit %(limit)s;

-- name: notable_passes
-- Tests that passed, and yet: flaky, or with a healed locator. They are read only where the ledger says that there are any.
select t.test_id, t.file, t.project_name, t.title_path, t.line, t.flaky, t.healed, t.retry_count, t.duration_ms, t.reason
  from tests t
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.outcome = 'passed' and (t.flaky or t.healed)
 order by t.healed desc, t.file collate "C", t.line nulls last, t.project_name collate "C", t.test_id collate "C"
 limit %(limit)s;

-- part: matching_rows
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s
   and case %(status)s::text
         when 'all' then true
         when 'flaky' then t.outcome = 'passed' and t.flaky
         when 'healed' then t.healed
         when 'quarantined' then t.quarantined
         when 'running' then t.outcome is null and t.running_since is not null
         when 'waiting' then t.outcome is null and t.running_since is null
         else t.outcome = %(status)s
       end
   and (%(file)s::text is null or t.file = %(file)s)
   and (%(search)s::text is null
        or strpos(lower(array_to_string(t.title_path || t.file, ' ')), lower(%(search)s)) > 0)

-- part: row_columns
       t.test_id, t.file, t.project_name, t.title_path, t.line, t.outcome, t.flaky, t.healed, t.quarantined, t.retry_count,
       t.duration_ms, t.worker, t.running_since, left(coalesce(t.error_message, t.reason), 500) as said

-- part: row_order
 order by case %(sort)s::text when 'slowest' then t.duration_ms end desc nulls last,
          t.file collate "C", t.line nulls last, t.project_name collate "C", t.test_id collate "C"

-- name: rows_in_order
-- Every test that is known, reported or not. Ids first: what is sorted is then small.
with ordered as materialized (
    select t.test_id, count(*) over () as total
      from tests t
-- insert: matching_rows
-- insert: row_order
     limit %(limit)s offset %(offset)s
)
select
-- insert: row_columns
       , o.total
  from ordered o join tests t on t.run_id = %(run_id)s and t.test_id = o.test_id
 where t.tenant_id = %(tenant_id)s
-- insert: row_order
;

-- name: count_rows
select count(*)::int as total, pg_current_snapshot()::text as taken
  from tests t
-- insert: matching_rows
;

-- name: snapshot_taken
-- every tenant: it asks what is visible now, and of nobody.
select pg_current_snapshot()::text;

-- name: changed_rows
-- Tests that have changed since the snapshot `since`: told by who wrote a row, as `shifty.live` explains.
with moment as materialized (
    select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next_xid
)
select
-- insert: row_columns
       , 0 as total
  from tests t, moment m
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s
   and age(t.xmin) <= age(pg_snapshot_xmin(%(since)s::pg_snapshot)::xid)
   and not pg_visible_in_snapshot(
           (m.next_xid - ((m.next_xid - t.xmin::text::bigint) & 4294967295))::text::xid8, %(since)s::pg_snapshot)
 limit %(limit)s;
