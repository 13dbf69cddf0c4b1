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

-- name: lock_folding
-- Runs of one project are taken in one after the other. Leases, builds and seats have other seeds.
select pg_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/' || %(project_id)s::text, 7));

-- name: try_lock_folding
-- The same lock, without waiting for it.
select pg_try_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/' || %(project_id)s::text, 7));

-- name: take_run
-- Not `for update`: an artifact that is still uploaded refers to the run, and need not wait.
select r.id as run_id, r.project_id, coalesce(r.completed_at, r.last_event_at) as ended_at, r.branch, r.commit_sha, r.status
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and r.closed and (r.folded_at is null or r.refold)
   for no key update of r;

-- name: ensure_month
-- every tenant: a partition holds a month of all.
select ensure_history_month(%(moment)s);

-- name: unsettled_tests
-- `flaky` is set wherever an earlier attempt failed, and also where an earlier run did: marks tell them apart. Of the
-- attempts only what marks are made of, and of a message only its two ends, which are all that is read to say what it is.
-- A portion at a time: twenty thousand tests may have failed, with megabytes to say.
select t.test_id, t.outcome, t.raw_status, t.reason,
       case when length(t.error_message) > %(head)s::int + %(tail)s::int then left(t.error_message, %(head)s) || right(t.error_message, %(tail)s)
            else t.error_message end as error_message,
       t.retry_count, t.healed, t.worker,
       (select coalesce(jsonb_agg(jsonb_build_object(
                   'attempt', a -> 'attempt', 'status', a -> 'status', 'durationMs', a -> 'durationMs', 'lease', a -> 'lease',
                   'errors', (select coalesce(jsonb_agg(jsonb_build_object('message',
                                         case when length(m) > %(head)s::int + %(tail)s::int then left(m, %(head)s) || right(m, %(tail)s) else m end)
                                         order by place), '[]')
                                from jsonb_array_elements(coalesce(a -> 'errors', '[]')) with ordinality as x(e, place)
                               cross join lateral (select e ->> 'message' as m) as said
                               where place <= 5)) order by n), '[]')
          from jsonb_array_elements(t.attempts) with ordinality as y(a, n))::text as attempts
  from tests t
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.test_id > %(after)s and t.stage = 'main'
   and (t.outcome = 'failed' or t.healed or t.losses > 0 or (t.outcome = 'passed' and t.flaky)
        or (t.outcome in ('notRun', 'skipped') and t.attempts <> '[]'
            and t.attempts @? '$[*] ? (@.status == "failed" || @.status == "timedOut")'))
 order by t.test_id
 limit %(limit)s;

-- name: crowd
select worker, count(*)::int as tests
  from tests
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and stage = 'main' and outcome in ('passed', 'failed')
 group by worker;

-- name: expected_failures
-- By machine, from what was before this run: so that a run that is taken in again comes out the same. Of a test that has
-- never failed three in a thousand, of one that is new two in a hundred. Runs with a burst are left out, else a bad day makes
-- the next one look usual; unless there were at least three of them, and they are a third of the last ones: then they are
-- usual. That is a matter of the run: test by test it would take a large flaky suite far too long to come to it. Runs of far
-- fewer tests have no bursts, and so say nothing about them.
with before as materialized (
    select r.id, exists (select 1 from test_results h
                          where h.project_id = r.project_id and h.tenant_id = r.tenant_id and h.run_id = r.id
                            and h.ended_at = r.completed_at and (h.outcome = 'failed' or h.failed_attempts > 0) and h.burst) as burst
      from runs r
     where r.project_id = %(project_id)s and r.tenant_id = %(tenant_id)s and r.closed
       and r.completed_at < %(ended_at)s and r.completed_at >= %(ended_at)s - %(age)s::interval
       and 2 * r.listed_tests >= (select now.listed_tests from runs now where now.id = %(run_id)s)
     order by r.completed_at desc
     limit %(most)s
), usual as materialized (
    select count(*) filter (where burst) >= 3 and 3 * count(*) filter (where burst) >= count(*) as bursts,
           coalesce(array_agg(id) filter (where burst), '{}') as burst_runs
      from before
)
select t.worker, sum(case when b.runs = 0 then 0.02
                          when b.failed = 0 then 0.003
                          else b.failed::double precision / b.runs end)::double precision as expected
  from usual cross join tests t
  left join known_tests k on k.project_id = %(project_id)s and k.test_id = t.test_id
 cross join lateral (
           select count(*) as runs, count(*) filter (where o.failed) as failed
             from (select h.outcome = 'failed' or h.failed_attempts > 0 as failed
                     from test_results h
                    where h.test_ref = k.id and h.outcome in ('passed', 'failed') and h.excluded is null
                      and (usual.bursts or not (h.burst or h.run_id = any(usual.burst_runs)))
                      and h.ended_at < %(ended_at)s and h.ended_at >= %(ended_at)s - %(age)s::interval
                    order by h.ended_at desc
                    limit %(most)s) o) b
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.stage = 'main' and t.outcome in ('passed', 'failed')
   and (%(workers)s::text[] is null or t.worker = any(%(workers)s::text[]))
 group by t.worker;

-- name: forget_run
-- Before it is written again. Where the ledger itself is gone, what history has of it stays.
delete from test_results
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s
   and exists (select 1 from tests t where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s);

-- name: plan_for_many
-- every tenant: how the next statement is planned. Of a run that has just ended no statistics know how large it is, and
-- twenty thousand tests joined as if they were ten take minutes.
select set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true);

-- name: plan_as_ever
-- every tenant: as it was.
select set_config(name, reset_val, true) from pg_settings where name in ('enable_nestloop', 'work_mem');

-- name: take_in
-- One statement for what is known of the tests and what they came to in this run. A run that ended before another may be
-- taken in after it, so that every moment is the greatest or the least of both. Nobody else writes these tables while the
-- project is locked.
with run as materialized (
    select r.id, r.tenant_id, r.project_id, coalesce(r.completed_at, r.last_event_at) as ended_at
      from runs r
     where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
), ledger as materialized (
    select t.test_id, t.file, t.project_name, t.title_path, t.line, t.tags, t.outcome, t.quarantined, t.worker,
           case when t.attempts = '[]' then 0 else least(32767, greatest(jsonb_array_length(t.attempts), t.retry_count + 1)) end as attempts,
           -- All attempts of its last lease, as for `test_history`.
           case jsonb_array_length(t.attempts)
               when 1 then (t.attempts -> 0 ->> 'durationMs')::int
               else (select least(2147483647, coalesce(sum((a ->> 'durationMs')::bigint), t.duration_ms))::int
                       from jsonb_array_elements(t.attempts) as a
                      where a ->> 'lease' is not distinct from t.attempts -> -1 ->> 'lease') end as duration_ms,
           -- Where it ran: each batch starts Playwright anew, and that counts its workers from 0 again.
           t.attempts -> 0 ->> 'lease' as lease,
           case when t.attempts -> 0 ->> 'lease' is null then t.shard_index end as shard,
           -- A text: a reporter may say any whole number, and none may keep a run out of history.
           t.attempts -> 0 ->> 'workerIndex' as worker_index,
           t.attempts -> 0 ->> 'startedAt' as started_at
      from tests t
     where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.stage = 'main' and t.outcome is not null
), seen as (
    update known_tests k
       set file = case when k.last_seen_at <= t.ended_at then t.file else k.file end,
           title_path = case when k.last_seen_at <= t.ended_at then t.title_path else k.title_path end,
           line = case when k.last_seen_at <= t.ended_at then coalesce(t.line, k.line) else coalesce(k.line, t.line) end,
           tags = case when k.last_seen_at <= t.ended_at then t.tags else k.tags end,
           p50_ms = coalesce(t.p50_ms, k.p50_ms), p95_ms = greatest(t.p50_ms, coalesce(t.ms[1], k.p95_ms)),
           p99_ms = greatest(t.p50_ms, coalesce(t.ms[2], k.p99_ms)),
           last_run_id = case when k.last_seen_at <= t.ended_at then t.run_id else k.last_run_id end,
           last_outcome = case when k.last_seen_at <= t.ended_at then t.outcome else k.last_outcome end,
           first_seen_at = least(k.first_seen_at, t.ended_at),
           last_seen_at = greatest(k.last_seen_at, t.ended_at),
           last_passed_at = greatest(k.last_passed_at, case when t.outcome = 'passed' then t.ended_at end),
           last_failed_at = greatest(k.last_failed_at, case when t.outcome = 'failed' then t.ended_at end)
      from (select l.*, run.id as run_id, run.project_id, run.ended_at, h.p50_ms, took.ms
              from run cross join ledger l
              left join test_history h on h.project_id = run.project_id and h.test_id = l.test_id
              left join lateral (
                   -- Of a quarter of the tests each time, once fifty are known: it is dear, and changes slowly then.
                   select percentile_disc(array[0.95, 0.99]) within group (order by x) as ms
                     from unnest(h.durations_ms) as x
                    where h.runs < 50 or (h.runs + hashtext(l.test_id)::bigint) %% 4 = 0) took on true) t
     where k.project_id = t.project_id and k.test_id = t.test_id
    returning k.id, k.test_id
), added as (
    insert into known_tests (tenant_id, project_id, test_id, file, project_name, title_path, line, tags, p50_ms, p95_ms, p99_ms,
                             first_seen_at, last_seen_at, last_run_id, last_outcome, last_passed_at, last_failed_at)
    select run.tenant_id, run.project_id, l.test_id, l.file, l.project_name, l.title_path, l.line, l.tags, h.p50_ms, took.ms[1], took.ms[2],
           run.ended_at, run.ended_at, run.id, l.outcome,
           case when l.outcome = 'passed' then run.ended_at end, case when l.outcome = 'failed' then run.ended_at end
      from run cross join ledger l
      left join test_history h on h.project_id = run.project_id and h.test_id = l.test_id
      left join lateral (select percentile_disc(array[0.95, 0.99]) within group (order by x) as ms
                           from unnest(h.durations_ms) as x) took on true
     where not exists (select 1 from seen s where s.test_id = l.test_id)
     order by l.test_id
    returning id, test_id
), known as (
    select id, test_id from seen union all select id, test_id from added
), placed as (
    -- Below zero: Playwright's word for no process. Those that have no place are together, and sorted for nothing.
    select l.*, k.id as test_ref, x.is_placed, row_number() over lane - 1 as position, lag(k.id) over lane as ran_after
      from ledger l join known k on k.test_id = l.test_id
     cross join lateral (select l.outcome in ('passed', 'failed') and l.started_at is not null and l.worker_index not like '-%%' as is_placed) x
    window lane as (partition by x.is_placed, l.worker collate "C", l.shard, l.lease collate "C", l.worker_index collate "C"
                    order by l.started_at collate "C", l.test_id collate "C")
), marks as (
    select * from jsonb_to_recordset(%(marks)s::jsonb) as x(
        test_id text, excluded text, retried boolean, burst boolean, failed_attempts int, failed_ms bigint, limit_ms int,
        error_digest text, causes text[])
)
insert into test_results (tenant_id, project_id, run_id, test_ref, ended_at, outcome, retried, burst, quarantined, excluded, attempts,
                          failed_attempts, duration_ms, failed_ms, limit_ms, position, ran_after, worker, error_digest, causes)
select run.tenant_id, run.project_id, run.id, p.test_ref, run.ended_at, p.outcome, coalesce(m.retried, false), coalesce(m.burst, false),
       p.quarantined, m.excluded, p.attempts, least(32767, coalesce(m.failed_attempts, 0)), p.duration_ms,
       least(2147483647, coalesce(m.failed_ms, 0)), m.limit_ms, case when p.is_placed then p.position end,
       case when p.is_placed then p.ran_after end, p.worker, m.error_digest, coalesce(m.causes, '{}')
  from run cross join placed p left join marks m on m.test_id = p.test_id
 -- As their indexes have them.
 order by p.test_ref;

-- name: refs_of_tests
select test_id, id from known_tests
 where project_id = %(project_id)s and tenant_id = %(tenant_id)s and test_id = any(%(test_ids)s);

-- name: messages_of_run
-- Errors that belong to no test.
select left(error ->> 'message', 20000) as message
  from run_errors
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and error ->> 'message' is not null
 order by digest;

-- name: executions
-- Of each test so many at most, by its index, and these oldest first. Two runs of a moment stand in one order always.
select e.test_ref, e.run_id, e.ended_at, r.branch, case when r.commit_sha not like '%%-dirty' then r.commit_sha end as commit,
       e.outcome, e.retried, e.burst, e.quarantined, e.excluded, e.attempts, e.failed_attempts, e.duration_ms, e.failed_ms, e.limit_ms,
       e.position, e.ran_after, e.worker, e.error_digest, e.causes
  from unnest(%(refs)s::bigint[]) as x(ref)
 cross join lateral (
           select * from test_results h
            where h.test_ref = x.ref and h.tenant_id = %(tenant_id)s and h.outcome in ('passed', 'failed')
              and h.ended_at <= coalesce(%(until)s::timestamptz, 'infinity')
              and h.ended_at > coalesce(%(until)s::timestamptz, now()) - %(age)s::interval
            order by h.ended_at desc, h.run_id desc
            limit %(most)s) e
  join runs r on r.id = e.run_id
 order by e.test_ref, e.ended_at, e.run_id;

-- name: notable_tests_of_run
-- Those that failed in it, and those of which something is concluded already: who failed earlier is among these.
select h.test_ref
  from test_results h left join assessments a on a.test_ref = h.test_ref
 where h.run_id = %(run_id)s and h.tenant_id = %(tenant_id)s
   and (h.outcome = 'failed' or h.failed_attempts > 0 or a.test_ref is not null)
 order by h.test_ref;

-- name: finish_run
update runs set folded_at = now(), refold = false where id = %(run_id)s and tenant_id = %(tenant_id)s;

-- name: due_runs
-- Of one tenant, or of every tenant. Each project's turn comes, however many runs another one has; runs that history has
-- never had come before those that it takes in again. Projects are found by leaps through the index.
with recursive project as (
    (select r.tenant_id, r.project_id
       from runs r
      where r.closed and (r.folded_at is null or r.refold)
        and r.tenant_id >= coalesce(%(tenant_id)s::uuid, '00000000-0000-0000-0000-000000000000')
        and r.tenant_id <= coalesce(%(tenant_id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      order by r.tenant_id, r.project_id
      limit 1)
    union all
    select n.tenant_id, n.project_id
      from project p
     cross join lateral (
           select r.tenant_id, r.project_id
             from runs r
            where r.closed and (r.folded_at is null or r.refold)
              and (r.tenant_id, r.project_id) > (p.tenant_id, p.project_id)
              and r.tenant_id <= coalesce(%(tenant_id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
            order by r.tenant_id, r.project_id
            limit 1) n
)
select d.tenant_id, d.project_id, d.run_id
  from project p
 cross join lateral (
       select r.tenant_id, r.project_id, r.id as run_id, r.refold, r.completed_at,
              row_number() over (order by r.refold, r.completed_at, r.id) as turn
         from runs r
        where r.tenant_id = p.tenant_id and r.project_id = p.project_id and r.closed and (r.folded_at is null or r.refold)
          and (%(again)s or not r.refold)
        order by r.refold, r.completed_at, r.id
        limit %(limit)s) d
 order by d.refold, d.turn, d.completed_at, d.run_id
 limit %(limit)s;

-- name: refold_project
update runs r set refold = true
  from projects p
 where p.id = r.project_id and p.slug = %(project)s and p.tenant_id = %(tenant_id)s and r.tenant_id = %(tenant_id)s
   and r.closed and r.folded_at is not null and not r.refold;

-- name: codeowners
select codeowners from projects where id = %(project_id)s and tenant_id = %(tenant_id)s;

-- name: set_codeowners
-- Only where it differs: to touch its row would make everybody wait who starts a run of the project.
update projects set codeowners = %(text)s
 where id = %(project_id)s and tenant_id = %(tenant_id)s and codeowners is distinct from %(text)s;

-- name: forget_owners
delete from file_owners where project_id = %(project_id)s and tenant_id = %(tenant_id)s;

-- name: files_of_project
select distinct file from known_tests where project_id = %(project_id)s and tenant_id = %(tenant_id)s order by file;

-- name: new_files
select distinct t.file
  from tests t
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.stage = 'main' and t.outcome is not null
   and not exists (select 1 from file_owners o where o.project_id = %(project_id)s and o.file = t.file)
 order by t.file;

-- name: write_owners
-- A file that nobody owns has a row, too: it need not be looked up again.
insert into file_owners (project_id, tenant_id, file, owners)
select %(project_id)s, %(tenant_id)s, x.file, x.owners
  from jsonb_to_recordset(%(rows)s::jsonb) as x(file text, owners text[])
 order by x.file
on conflict (project_id, file) do update set owners = excluded.owners;

-- name: months
-- every tenant: a partition holds a month of all. Their names say which: only those that `ensure_history_month` has made.
select c.relname as name, to_date(right(c.relname, 7), 'YYYY_MM') as month
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
 where i.inhparent in ('test_results'::regclass, 'error_occurrences'::regclass)
   and c.relname ~ '^(test_results|error_occurrences)_\d{4}_\d\d$'
 order by c.relname;

-- name: drop_old_results
-- every tenant: what came before its month had a partition.
delete from test_results_other where ended_at < %(before)s;

-- name: drop_old_occurrences
-- every tenant: what came before its month had a partition.
delete from error_occurrences_other where ended_at < %(before)s;

-- name: drop_old_tests
-- every tenant: nothing of theirs is left; what was concluded of them goes with them.
delete from known_tests
 where id in (select id from known_tests where last_seen_at < %(before)s order by id limit %(limit)s for update skip locked);
