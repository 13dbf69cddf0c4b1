-- name: lock_run
-- One claim, finish or close at a time. Taken before anything of the run is read, so that what is read stays true.
select pg_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/' || %(run_id)s::text, 0));

-- name: run_state
select r.status, r.worker_count, p.slug as project
  from runs r join projects p on p.id = r.project_id
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s;

-- name: open_runs
-- For a worker of the pool: the oldest run that has work for it comes first.
select r.id
  from runs r join projects p on p.id = r.project_id
 where r.tenant_id = %(tenant_id)s and r.status in ('pending', 'running') and r.origin = 'orchestrated'
   and (%(projects)s::text[] is null or p.slug = any(%(projects)s))
   and exists (select 1 from work_items i where i.run_id = r.id and i.state = 'waiting')
 order by r.created_at, r.id
 limit 20;

-- name: held_lease
select l.token, l.seq, l.predicted_ms, coalesce(min(i.shard_index), 0) as shard_index
  from leases l left join work_items i on i.lease = l.token and i.state = 'leased'
 where l.run_id = %(run_id)s and l.tenant_id = %(tenant_id)s and l.worker_id = %(worker_id)s and l.state = 'active'
 group by l.token;

-- name: extend_lease
update leases set expires_at = now() + %(lease_for)s
 where token = %(token)s and tenant_id = %(tenant_id)s and state = 'active';

-- name: join_run
-- A worker that joins takes over a shard that has none; one that comes later has no shard of its own and helps the others.
with free as (
    select s.index from shards s left join workers w on w.run_id = s.run_id and w.id = s.worker_id
     where s.run_id = %(run_id)s and s.tenant_id = %(tenant_id)s and s.state in ('waiting', 'active')
       and (s.worker_id is null or w.left_at is not null)
       and (%(wanted)s::int is null or s.index = %(wanted)s)
     order by s.estimated_ms desc, s.index limit 1
), joined as (
    insert into workers (id, run_id, tenant_id, name, shard_index, predicted_ms)
    select %(worker_id)s, %(run_id)s, %(tenant_id)s, %(name)s, (select index from free),
           coalesce((select s.estimated_ms from shards s join free f on f.index = s.index where s.run_id = %(run_id)s), 0)
    on conflict (run_id, id) do update
       set last_seen_at = now(), left_at = null, overhead_ms = coalesce(%(overhead_ms)s, workers.overhead_ms)
    returning id, shard_index, (xmax = 0) as is_new
), taken as (
    update shards s set worker_id = j.id
      from joined j where s.run_id = %(run_id)s and s.index = j.shard_index and j.is_new
)
select j.shard_index, w.batches is null or w.batches = 0 as first
  from joined j left join workers w on w.run_id = %(run_id)s and w.id = j.id;

-- name: seen
-- Whoever asks is alive, also when there is nothing to give.
update workers set last_seen_at = now() where run_id = %(run_id)s and tenant_id = %(tenant_id)s and id = %(worker_id)s;

-- name: waiting_items
select id, shard_index, predicted_ms, unknown, requeued
  from work_items
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'waiting'
 order by requeued desc, shard_index, ordinal, id;

-- name: running_by_shard
-- What is left under the leases of each shard, by prediction: what has reported is done, whatever was predicted.
select i.shard_index, sum(greatest(0, i.predicted_ms * (1 - coalesce(t.done, 0))))::float8 as left_ms
  from work_items i
  left join lateral (
        select count(*) filter (where outcome is not null)::float8 / nullif(count(*), 0) as done
          from tests where run_id = i.run_id and test_id = any(i.test_ids)) t on true
 where i.run_id = %(run_id)s and i.tenant_id = %(tenant_id)s and i.state = 'leased'
 group by i.shard_index;

-- name: workers_and_overhead
select count(*) filter (where w.left_at is null and w.last_seen_at > now() - %(gone_after)s::interval) as alive,
       percentile_cont(0.5) within group (order by w.overhead_ms) as overhead_ms
  from workers w where w.run_id = %(run_id)s and w.tenant_id = %(tenant_id)s;

-- name: grant_lease
insert into leases (run_id, tenant_id, worker_id, seq, predicted_ms, expires_at)
select %(run_id)s, %(tenant_id)s, %(worker_id)s, coalesce(max(seq), 0) + 1, %(predicted_ms)s, now() + %(lease_for)s
  from leases where run_id = %(run_id)s
returning token, seq;

-- name: lease_items
with leased as (
    update work_items set state = 'leased', lease = %(token)s
     where id = any(%(ids)s) and run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'waiting'
    returning shard_index
), shard as (
    update shards set state = 'active', started_at = coalesce(started_at, now())
     where run_id = %(run_id)s and index in (select shard_index from leased) and state = 'waiting'
), worker as (
    update workers set batches = batches + 1, last_seen_at = now() where run_id = %(run_id)s and id = %(worker_id)s
)
update runs set status = 'running', started_at = coalesce(started_at, now()), version = version + 1, last_event_at = now()
 where id = %(run_id)s and status in ('pending', 'running');

-- name: items_of_lease
select i.id, i.file, i.project_name, i.test_ids is not null as listed,
       coalesce(array_agg(t.test_id order by a.ord) filter (where t.test_id is not null), '{}') as test_ids,
       coalesce(jsonb_agg(jsonb_build_array(t.title_path, t.project_name, t.line) order by a.ord)
                filter (where t.test_id is not null), '[]') as tests
  from work_items i
  left join lateral unnest(i.test_ids) with ordinality as a(test_id, ord) on true
  left join tests t on t.run_id = i.run_id and t.test_id = a.test_id and t.outcome is null
 where i.lease = %(token)s and i.tenant_id = %(tenant_id)s and i.state = 'leased'
 group by i.id
 order by i.requeued desc, i.ordinal, i.id;

-- name: plan_of_run
select shard_index, array_agg(test_id order by test_id) from tests
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and shard_index is not null
 group by shard_index order by shard_index;

-- name: anything_open
select exists (select 1 from work_items where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state in ('waiting', 'leased'));

-- name: renew_lease
with renewed as (
    update leases l set expires_at = now() + %(lease_for)s
      from runs r
     where l.token = %(token)s and l.run_id = %(run_id)s and l.tenant_id = %(tenant_id)s and l.state = 'active' and r.id = l.run_id
    returning l.worker_id, r.status
), seen as (
    update workers w set last_seen_at = now() from renewed where w.run_id = %(run_id)s and w.id = renewed.worker_id
)
select status = 'cancelled' as cancelled from renewed;

-- name: end_lease
-- Only an active lease ends: of two that try, the reaper and the worker, one gets a row.
with ended as (
    update leases set state = %(state)s, ended_at = now()
     where token = %(token)s and run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'active'
    returning worker_id, granted_at
), worker as (
    update workers w
       set busy_ms = w.busy_ms + (extract(epoch from now() - e.granted_at) * 1000)::bigint,
           last_seen_at = case when %(state)s = 'lost' then w.last_seen_at else now() end,
           left_at = case when %(state)s in ('lost', 'returned') then now() else w.left_at end,
           tests_run = w.tests_run + (select count(*) from tests t, work_items i
                                       where i.lease = %(token)s and i.state = 'leased' and t.run_id = i.run_id
                                         and t.test_id = any(i.test_ids) and t.outcome is not null)
      from ended e where w.run_id = %(run_id)s and w.id = e.worker_id
)
select worker_id from ended;

-- name: held_items
select i.id, i.file, i.project_name, i.test_ids is not null as listed, i.expected_tests, i.predicted_ms,
       coalesce(cardinality(i.test_ids), 0) as tests,
       coalesce(array_agg(t.test_id order by a.ord) filter (where t.test_id is not null and t.outcome is null), '{}') as missing,
       coalesce(array_agg(t.test_id order by a.ord) filter (where t.outcome is null and t.running_since is not null), '{}') as running,
       i.losses,
       -- A worker that never said which tests there are, and has reported some under this lease all the same.
       i.test_ids is null and exists (
           select 1 from tests o join leases l on l.token = %(token)s
            where o.run_id = i.run_id and o.file = i.file and (i.project_name is null or o.project_name = i.project_name)
              and o.outcome is not null and o.revision / 1000000 = l.seq) as reported
  from work_items i
  left join lateral unnest(i.test_ids) with ordinality as a(test_id, ord) on true
  left join tests t on t.run_id = i.run_id and t.test_id = a.test_id
 where i.lease = %(token)s and i.tenant_id = %(tenant_id)s and i.state = 'leased'
 group by i.id order by i.ordinal, i.id;

-- name: finish_items
update work_items set state = 'done' where id = any(%(ids)s) and run_id = %(run_id)s and tenant_id = %(tenant_id)s;

-- name: requeue_item
update work_items
   set state = 'waiting', lease = null, requeued = true, losses = losses + %(blame)s,
       test_ids = coalesce(%(missing)s::text[], test_ids), predicted_ms = %(predicted_ms)s
 where id = %(id)s and run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'leased';

-- name: blame_tests
-- The tests that ran when their lease was lost: one more loss each. Nothing of them runs now.
with blamed as (
    update tests set losses = losses + 1
     where run_id = %(run_id)s and tenant_id = %(tenant_id)s and test_id = any(%(blamed)s) and outcome is null
    returning test_id, file, project_name, title_path, line, losses
), still as (
    update tests set running_since = null
     where run_id = %(run_id)s and tenant_id = %(tenant_id)s and test_id = any(%(missing)s) and not test_id = any(%(blamed)s)
)
select test_id, file, project_name, title_path, line, losses from blamed;

-- name: stop_running
update tests set running_since = null
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and test_id = any(%(missing)s) and outcome is null;

-- name: drop_expected
update runs set total_tests = greatest(listed_tests, total_tests - %(expected)s), version = version + 1
 where id = %(run_id)s and tenant_id = %(tenant_id)s;

-- name: list_item
-- Playwright has listed a file that was leased whole: from now on its tests are known one by one.
update work_items set test_ids = %(test_ids)s
 where id = %(id)s and run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'leased' and test_ids is null
returning expected_tests;

-- name: unlisted_items
select id, file, project_name from work_items
 where lease = %(token)s and run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'leased' and test_ids is null
 order by id;

-- name: add_items
insert into work_items (run_id, tenant_id, shard_index, file, project_name, test_ids, expected_tests, predicted_ms, unknown, ordinal)
select %(run_id)s, %(tenant_id)s, x.shard_index, x.file, x.project_name, x.test_ids, x.expected_tests, x.predicted_ms, x.unknown, x.ordinal
  from jsonb_to_recordset(%(rows)s::jsonb) as x(
       shard_index int, file text, project_name text, test_ids text[], expected_tests int, predicted_ms bigint,
       unknown boolean, ordinal int)
 order by x.shard_index, x.ordinal;

-- name: add_shards
insert into shards (run_id, tenant_id, index, state, test_count, estimated_ms)
select %(run_id)s, %(tenant_id)s, x.index, x.state, x.test_count, x.estimated_ms
  from jsonb_to_recordset(%(rows)s::jsonb) as x(index int, state text, test_count int, estimated_ms bigint);

-- name: lock_tenant
-- Room in the queue is asked and taken under this lock: two runs that both fit alone can't both get in.
-- No key: inserts that refer to the tenant go on meanwhile, and two first runs of new projects don't wait for each other.
select max_waiting from tenants where id = %(tenant_id)s for no key update;

-- name: queue_stats
select count(*) filter (where s.state = 'waiting')   as waiting,
       count(*) filter (where s.state = 'active')    as active,
       count(*) filter (where s.state = 'completed') as completed,
       count(*) filter (where s.state = 'failed')    as failed,
       (select max_waiting from tenants t where t.id = %(tenant_id)s) as capacity,
       (select count(distinct w.id) from workers w
         where w.tenant_id = %(tenant_id)s and w.left_at is null and w.last_seen_at > now() - %(gone_after)s::interval) as workers,
       (select (extract(epoch from now() - min(r.created_at)) * 1000)::bigint
          from shards q join runs r on r.id = q.run_id
         where q.tenant_id = %(tenant_id)s and q.state = 'waiting') as oldest_waiting_ms
  from shards s join runs r on r.id = s.run_id and r.origin = 'orchestrated'
 where s.tenant_id = %(tenant_id)s;

-- name: settle_shards
-- A shard ends with the last of its items, whoever ran it.
update shards s set state = 'completed', finished_at = coalesce(finished_at, now())
 where s.run_id = %(run_id)s and s.tenant_id = %(tenant_id)s and s.state in ('waiting', 'active')
   and exists (select 1 from runs r where r.id = s.run_id and r.origin = 'orchestrated')
   and not exists (select 1 from work_items i where i.run_id = s.run_id and i.shard_index = s.index and i.state in ('waiting', 'leased'));

-- name: cancel_waiting
with gone as (
    update work_items set state = 'cancelled'
     where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'waiting'
    returning test_ids
)
select coalesce(array_agg(distinct x), '{}') from gone, unnest(gone.test_ids) as x;

-- name: cancel_shards
update shards set state = 'cancelled', finished_at = now()
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state in ('waiting', 'active');

-- name: look_for_expired
-- One server looks at a time. The row says when one last did.
-- every tenant: leases expire for all alike.
update reaper set ran_at = now() from (select ran_at as before from reaper for update) old
returning extract(epoch from now() - old.before)::float8;

-- name: give_fresh_term
-- every tenant: no server was there to renew at, so no worker is to blame.
update leases set expires_at = greatest(expires_at, now() + %(lease_for)s) where state = 'active';

-- name: expired_leases
-- every tenant: leases expire for all alike.
select token, run_id, tenant_id from leases where state = 'active' and expires_at < now() order by expires_at limit 100;

-- name: still_expired
select 1 from leases where token = %(token)s and tenant_id = %(tenant_id)s and state = 'active' and expires_at < now();

-- name: timeline_leases
-- All of a run, ended ones too; times are milliseconds since `began`, which may be negative by a hair.
select l.seq, l.worker_id, l.state, l.predicted_ms,
       (extract(epoch from l.granted_at - %(began)s) * 1000)::bigint as start_ms,
       (extract(epoch from coalesce(l.ended_at, now()) - %(began)s) * 1000)::bigint as end_ms
  from leases l where l.run_id = %(run_id)s and l.tenant_id = %(tenant_id)s
 order by l.seq;

-- name: timeline_workers
select w.id, w.name, w.shard_index, w.predicted_ms, w.overhead_ms, w.tests_run,
       (extract(epoch from w.joined_at - %(began)s) * 1000)::bigint as joined_ms,
       (extract(epoch from w.left_at - %(began)s) * 1000)::bigint as left_ms
  from workers w where w.run_id = %(run_id)s and w.tenant_id = %(tenant_id)s
 order by w.joined_at, w.id;

-- name: timeline_shards
select s.index, s.state, s.test_count as tests, s.estimated_ms as predicted_ms, w.name as worker,
       (extract(epoch from s.started_at - %(began)s) * 1000)::bigint as start_ms,
       (extract(epoch from s.finished_at - %(began)s) * 1000)::bigint as end_ms
  from shards s left join workers w on w.run_id = s.run_id and w.id = s.worker_id
 where s.run_id = %(run_id)s and s.tenant_id = %(tenant_id)s
 order by s.index;

-- name: timeline_marks
-- When each test ran, and under which lease: its revision has the lease's number. One that runs now is its worker's.
-- The start that is kept is the first: of a test that an earlier lease had begun, and of one whose reporter has another
-- idea of the time, it is counted back from the end.
-- A test that took less than `slot_ms` shares a mark with others of its batch and kind that began in the same slot.
-- Floats, and "C" where texts are compared: a run of 10,000 tests takes a third of the time so.
with held as materialized (
    select l.seq, date_part('epoch', l.granted_at - %(began)s) * 1000 as granted, l.state, w.name
      from leases l join workers w on w.run_id = l.run_id and w.id = l.worker_id
     where l.run_id = %(run_id)s and l.tenant_id = %(tenant_id)s
), ran as materialized (
    select t.test_id, t.file, t.project_name, left(t.title_path[cardinality(t.title_path)], 300) as title, t.shard_index, t.worker,
           t.outcome is null as is_running, t.duration_ms, t.retry_count, t.revision / 1000000 as seq,
           case when t.outcome is null then 'running' when t.outcome <> 'passed' then t.outcome
                when t.flaky then 'flaky' when t.healed then 'healed' else 'passed' end collate "C" as kind,
           date_part('epoch', case when t.outcome is null then t.running_since else t.started_at end - %(began)s) * 1000 as began,
           date_part('epoch', coalesce(t.finished_at, now()) - %(began)s) * 1000 as ended
      from tests t
     where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s
       and (case when t.outcome is null then t.running_since else t.started_at end) is not null
), leased as (
    select r.*, h.granted, h.seq as of_lease
      from ran r left join held h on h.seq = r.seq
     where not r.is_running
    union all
    select r.*, h.granted, h.seq
      from ran r left join held h on h.name = r.worker and h.state = 'active'
     where r.is_running
), placed as (
    select *, case when is_running or began between coalesce(granted, -5000) and ended then began
                   else greatest(ended - duration_ms, granted) end as start
      from leased
     -- What was concluded of a test that had lost its worker belongs to no lease.
     where of_lease is not null or worker is null
), timed as (
    select *, start::bigint as start_ms,
           case when is_running or retry_count > 0 then greatest(start, ended)
                else greatest(start, least(ended, start + duration_ms)) end::bigint as end_ms
      from placed
)
select coalesce(of_lease, 0) as seq, case when of_lease is null then coalesce(shard_index, 0) end as loose_shard, kind,
       count(*) as tests, min(start_ms) as start_ms, max(end_ms) as end_ms, sum(end_ms - start_ms)::bigint as test_ms,
       min(test_id collate "C") as test_id, min(file collate "C") as file, min(project_name collate "C") as project_name,
       min(title collate "C") as title
  from timed
 group by of_lease, 2, kind,
       case when end_ms - start_ms >= %(slot_ms)s then test_id end collate "C",
       case when end_ms - start_ms < %(slot_ms)s then start_ms / greatest(1, %(slot_ms)s) end
 order by 1, start_ms, end_ms;

-- name: timeline_items
-- What was leased as a whole, with when the tests of it ran. A test that an earlier lease had begun counts from this one.
with of_tests as materialized (
    select test_id, duration_ms, retry_count, started_at, coalesce(finished_at, now()) as ended_at
      from tests
     where run_id = %(run_id)s and tenant_id = %(tenant_id)s and started_at is not null
), of_items as materialized (
    select i.id, l.granted_at, a.test_id
      from work_items i
      left join leases l on l.token = i.lease and l.run_id = i.run_id
     cross join lateral unnest(i.test_ids) as a(test_id)
     where i.run_id = %(run_id)s and i.tenant_id = %(tenant_id)s
), timed as (
    select i.id, t.duration_ms, t.retry_count, t.ended_at, greatest(t.started_at, i.granted_at) as start_at
      from of_items i join of_tests t on t.test_id = i.test_id
), ran as (
    select id, count(*) as ran, sum(duration_ms)::bigint as test_ms,
           (date_part('epoch', max(greatest(start_at, case when retry_count > 0 then ended_at
                                                           else least(ended_at, start_at + duration_ms * interval '1 ms') end))
                               - min(start_at)) * 1000)::bigint as wall_ms
      from timed group by id
)
select coalesce(l.seq, 0) as seq, i.shard_index, i.file, coalesce(i.project_name, '') as project_name, i.predicted_ms, i.unknown,
       i.requeued, i.state, coalesce(cardinality(i.test_ids), i.expected_tests) as tests,
       coalesce(r.ran, 0) as ran, coalesce(r.test_ms, 0) as test_ms, coalesce(r.wall_ms, 0) as wall_ms
  from work_items i
  left join leases l on l.token = i.lease and l.run_id = i.run_id
  left join ran r on r.id = i.id
 where i.run_id = %(run_id)s and i.tenant_id = %(tenant_id)s
 order by coalesce(l.seq, 0), i.shard_index, i.ordinal, i.id;

-- name: waiting_runs
-- In the order in which workers that serve any run take them up: see open_runs.
select r.id as run_id, p.slug as project, r.branch, r.status, r.created_at,
       case when r.status = 'pending' then r.created_at + r.pending_timeout end as given_up_at,
       r.worker_count as planned_workers, w.workers, i.waiting_pieces, i.waiting_tests, i.waiting_shards, i.waiting_ms, i.leases,
       o.elsewhere, count(*) over () as total
  from runs r join projects p on p.id = r.project_id
 cross join lateral (
       select count(*) filter (where state = 'waiting') as waiting_pieces,
              coalesce(sum(coalesce(cardinality(test_ids), expected_tests)) filter (where state = 'waiting'), 0) as waiting_tests,
              count(distinct shard_index) filter (where state = 'waiting') as waiting_shards,
              coalesce(sum(predicted_ms) filter (where state = 'waiting'), 0)::bigint as waiting_ms,
              count(distinct lease) filter (where state = 'leased') as leases
         from work_items where run_id = r.id and state in ('waiting', 'leased')) i
 cross join lateral (
       select count(*) as workers from workers
        where run_id = r.id and left_at is null and last_seen_at > now() - %(gone_after)s::interval) w
 cross join lateral (
       select count(distinct a.id) as elsewhere from workers a join runs q on q.id = a.run_id
        where a.tenant_id = r.tenant_id and a.left_at is null and a.last_seen_at > now() - %(gone_after)s::interval
          and q.project_id = r.project_id and q.id <> r.id and q.status in ('pending', 'running')) o
 where r.tenant_id = %(tenant_id)s and r.status in ('pending', 'running') and r.origin = 'orchestrated'
   and (%(only)s::text is null or p.slug = %(only)s) and i.waiting_pieces > 0
 order by r.created_at, r.id
 limit %(most)s;

-- name: recent_workers
-- Those that hold a lease first. How far a batch has come is asked of its own tests only.
select w.id, w.name, w.run_id, p.slug as project, r.status as run_status, w.shard_index, w.tests_run, w.batches, w.joined_at,
       w.last_seen_at, (extract(epoch from now() - w.last_seen_at) * 1000)::bigint as silent_ms, w.left_at,
       w.left_at is not null and exists (
           select 1 from leases x where x.run_id = w.run_id and x.worker_id = w.id and x.state = 'lost' and x.ended_at >= w.left_at) as was_lost,
       l.seq, l.granted_at, l.predicted_ms, (extract(epoch from l.expires_at - now()) * 1000)::bigint as expires_in_ms,
       coalesce(b.files, '{}') as files, coalesce(b.tests, 0) as tests, coalesce(d.done, 0) as done, coalesce(d.running, '{}') as running
  from workers w
  join runs r on r.id = w.run_id
  join projects p on p.id = r.project_id
  left join leases l on l.run_id = w.run_id and l.worker_id = w.id and l.state = 'active'
  left join lateral (
       select (array_agg(distinct i.file))[1:10] as files, sum(coalesce(cardinality(i.test_ids), i.expected_tests)) as tests
         from work_items i where i.lease = l.token and i.state = 'leased') b on true
  left join lateral (
       select count(t.outcome) as done,
              (array_agg(left(t.title_path[cardinality(t.title_path)], 300) order by t.running_since)
               filter (where t.outcome is null and t.running_since is not null))[1:4] as running
         from work_items i cross join lateral unnest(i.test_ids) as a(test_id)
         join tests t on t.run_id = i.run_id and t.test_id = a.test_id
        where i.lease = l.token and i.state = 'leased') d on true
 where w.tenant_id = %(tenant_id)s and w.last_seen_at > now() - %(recent)s::interval
   and (%(only)s::text is null or p.slug = %(only)s)
 order by l.seq is null, w.last_seen_at desc, w.id
 limit %(most)s;

-- name: lost_leases
select l.run_id, p.slug as project, r.branch, r.status as run_status, w.name as worker, l.seq, l.granted_at, l.ended_at, l.predicted_ms
  from leases l
  join runs r on r.id = l.run_id
  join projects p on p.id = r.project_id
  join workers w on w.run_id = l.run_id and w.id = l.worker_id
 where l.tenant_id = %(tenant_id)s and l.state = 'lost' and l.ended_at > now() - %(lost_within)s::interval
   and (%(only)s::text is null or p.slug = %(only)s)
 order by l.ended_at desc, l.token
 limit %(most)s;
