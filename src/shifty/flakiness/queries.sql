-- name: wishes
-- What a project wants, and its default branch: the one that it names, else main, else master, else the one with most runs.
-- A main that has fewer than a tenth of the runs is not where the work goes.
select coalesce(p.default_branch,
                (select b.branch
                   from (select r.branch from runs r
                          where r.project_id = p.id and r.closed and r.branch is not null
                            and r.completed_at > coalesce(%(until)s::timestamptz, now()) - %(age)s::interval
                            and r.completed_at <= coalesce(%(until)s::timestamptz, 'infinity')
                          order by r.completed_at desc limit 1000) b
                  group by b.branch
                  order by 10 * count(*) >= sum(count(*)) over () and b.branch = 'main' desc,
                           10 * count(*) >= sum(count(*)) over () and b.branch = 'master' desc, count(*) desc, b.branch limit 1)) as default_branch,
       p.auto_quarantine, p.auto_quarantine_rate, p.auto_quarantine_confidence
  from projects p
 where p.id = %(project_id)s and p.tenant_id = %(tenant_id)s;

-- name: windows
-- The last executions of many tests, in the order of their runs. Nearly all have passed at the first attempt: of these a
-- run brings one row with a list for each column, since a row for each costs more to read than all that is done with it.
with latest as materialized (
    select x.*
      from unnest(%(refs)s::bigint[]) as wanted (ref),
           lateral (select t.test_ref, t.run_id, t.ended_at, t.outcome, t.retried, t.burst, t.quarantined, t.excluded, t.attempts,
                           t.failed_attempts, t.duration_ms, t.failed_ms, t.limit_ms, t.position, t.ran_after, t.worker, t.error_digest,
                           t.causes,
                           t.outcome = 'passed' and t.failed_attempts = 0 and t.attempts = 1 and t.excluded is null
                           and not t.retried and not t.burst and not t.quarantined as is_plain
                      from test_results t
                     where t.test_ref = wanted.ref and t.tenant_id = %(tenant_id)s and t.outcome in ('passed', 'failed')
                       and t.ended_at > coalesce(%(until)s::timestamptz, now()) - %(age)s::interval
                       and t.ended_at <= coalesce(%(until)s::timestamptz, 'infinity')
                     order by t.ended_at desc, t.run_id desc limit %(most)s) x
), told as (
    select run_id, ended_at, array_agg(test_ref) as refs, array_agg(duration_ms) as durations, array_agg(position) as positions,
           array_agg(ran_after) as neighbours, array_agg(worker) as workers, null::jsonb as rest
      from latest where is_plain group by run_id, ended_at
    union all
    select run_id, ended_at, array[test_ref], array[duration_ms], array[position], array[ran_after], array[worker],
           jsonb_build_array(outcome, retried, burst, quarantined, excluded, attempts, failed_attempts, failed_ms, limit_ms, error_digest,
                             causes)
      from latest where not is_plain
)
select t.run_id, t.ended_at, r.branch, case when r.commit_sha not like '%%-dirty' then r.commit_sha end as commit,
       t.refs, t.durations, t.positions, t.neighbours, t.workers, t.rest
  from told t join runs r on r.id = t.run_id and r.tenant_id = %(tenant_id)s
 order by t.ended_at, t.run_id;

-- name: earlier
-- Of tests that have not passed on a branch for as long as their windows go: the last execution in which they did, with some
-- before it, and the first failures after it. Where it is looked for begins at the last pass on any branch.
select k.id, e.run_id, e.ended_at, e.branch, e.commit, e.outcome, e.retried, e.burst, e.excluded, e.attempts, e.failed_attempts
  from known_tests k
 cross join lateral (
           select h.run_id, h.ended_at
             from test_results h join runs r on r.id = h.run_id
            where h.test_ref = k.id and h.tenant_id = %(tenant_id)s and h.outcome = 'passed' and h.excluded is null
              and h.ended_at <= least(k.last_passed_at, coalesce(%(until)s::timestamptz, 'infinity'))
              and r.branch is not distinct from %(branch)s::text
            order by h.ended_at desc, h.run_id desc limit 1) good
 cross join lateral (
           (select h.*, r.branch, case when r.commit_sha not like '%%-dirty' then r.commit_sha end as commit
              from test_results h join runs r on r.id = h.run_id
             where h.test_ref = k.id and h.tenant_id = %(tenant_id)s and h.outcome in ('passed', 'failed') and h.excluded is null
               and (h.ended_at, h.run_id) <= (good.ended_at, good.run_id) and h.ended_at <= good.ended_at
               and r.branch is not distinct from %(branch)s::text
             order by h.ended_at desc, h.run_id desc limit %(good)s)
           union all
           (select h.*, r.branch, case when r.commit_sha not like '%%-dirty' then r.commit_sha end as commit
              from test_results h join runs r on r.id = h.run_id
             where h.test_ref = k.id and h.tenant_id = %(tenant_id)s and h.outcome = 'failed'
               and (h.excluded is null or h.excluded in ('lost-worker', 'infrastructure'))
               and (h.ended_at, h.run_id) > (good.ended_at, good.run_id) and h.ended_at >= good.ended_at
               and h.ended_at <= coalesce(%(until)s::timestamptz, 'infinity')
               and r.branch is not distinct from %(branch)s::text
             order by h.ended_at, h.run_id limit %(bad)s)) e
 where k.id = any(%(refs)s) and k.tenant_id = %(tenant_id)s and k.last_passed_at is not null
 order by k.id, e.ended_at, e.run_id;

-- name: notable
-- Tests of a project that failed in their window as of a moment, or of which something is concluded now.
select test_ref from test_results
 where project_id = %(project_id)s and tenant_id = %(tenant_id)s and (outcome = 'failed' or failed_attempts > 0)
   and ended_at > coalesce(%(until)s::timestamptz, now()) - %(age)s::interval and ended_at <= coalesce(%(until)s::timestamptz, 'infinity')
union
select test_ref from assessments where project_id = %(project_id)s and tenant_id = %(tenant_id)s and %(assessed)s
 order by test_ref;

-- name: put_assessments
insert into assessments as a (test_ref, tenant_id, project_id, verdict, total_runs, failed_runs, flaky_runs, rate, low, high, failing_share,
                              last_flaky_at, lost_ms, trend, breakage, causes, assessed_at)
select n.test_ref, %(tenant_id)s, %(project_id)s, n.verdict, n.total_runs, n.failed_runs, n.flaky_runs, n.rate, n.low, n.high,
       n.failing_share, n.last_flaky_at, n.lost_ms, n.trend, n.breakage, n.causes, now()
  from jsonb_to_recordset(%(rows)s::jsonb)
       as n (test_ref bigint, verdict text, total_runs int, failed_runs int, flaky_runs int, rate float8, low float8, high float8,
             failing_share float8, last_flaky_at timestamptz, lost_ms bigint, trend float8, breakage jsonb, causes jsonb)
 -- A test whose project is being deleted has just lost its row.
 where exists (select 1 from known_tests k where k.id = n.test_ref)
 order by n.test_ref
on conflict (test_ref) do update
   set verdict = excluded.verdict, total_runs = excluded.total_runs, failed_runs = excluded.failed_runs, flaky_runs = excluded.flaky_runs,
       rate = excluded.rate, low = excluded.low, high = excluded.high, failing_share = excluded.failing_share,
       last_flaky_at = excluded.last_flaky_at, lost_ms = excluded.lost_ms, trend = excluded.trend, breakage = excluded.breakage, causes = excluded.causes,
       assessed_at = excluded.assessed_at;

-- name: drop_assessments
delete from assessments where test_ref = any(%(refs)s) and tenant_id = %(tenant_id)s;

-- name: standing
-- How a project stands by what is concluded now.
select count(*) filter (where rate >= %(flaky_from)s and flaky_runs > 0)::int as flaky_tests,
       coalesce(sum(rate) filter (where rate >= %(flaky_from)s and flaky_runs > 0), 0)::float8 as rate_sum,
       count(*) filter (where verdict in ('broken', 'regressed'))::int as broken_tests,
       coalesce(sum(lost_ms), 0)::bigint as lost_ms
  from assessments where project_id = %(project_id)s and tenant_id = %(tenant_id)s;

-- name: put_day
insert into flakiness_days (project_id, tenant_id, day, flaky_tests, rate_sum, broken_tests, quarantined_tests, lost_ms)
values (%(project_id)s, %(tenant_id)s, %(day)s, %(flaky_tests)s, %(rate_sum)s, %(broken_tests)s, %(quarantined_tests)s, %(lost_ms)s)
on conflict (project_id, day) do update
   set flaky_tests = excluded.flaky_tests, rate_sum = excluded.rate_sum, broken_tests = excluded.broken_tests,
       quarantined_tests = excluded.quarantined_tests, lost_ms = excluded.lost_ms;

-- name: day_of
-- The day of a moment, and whether a later run of it speaks for that day.
select (%(moment)s::timestamptz at time zone 'UTC')::date as day,
       %(moment)s::timestamptz >= date_trunc('day', now(), 'UTC') as is_today,
       not exists (select 1 from runs r
                    where r.project_id = %(project_id)s and r.tenant_id = %(tenant_id)s and r.closed
                      and r.completed_at > %(moment)s
                      and r.completed_at < date_trunc('day', %(moment)s::timestamptz, 'UTC') + interval '1 day') as is_last;

-- name: today
-- every tenant: by the database's clock.
select (now() at time zone 'UTC')::date;

-- name: ran
select test_ref from test_results
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and test_ref = any(%(refs)s) and outcome in ('passed', 'failed');

-- name: greens
-- Of each run since a rule was made, whether its tests passed at the first attempt. What fell with many others, or says
-- nothing about the test, is left out.
select m.rule_id, bool_and(x.outcome = 'passed' and not x.retried) as green
  from unnest(%(rules)s::uuid[], %(refs)s::bigint[], %(since)s::timestamptz[]) as m (rule_id, ref, since)
  join test_results x on x.test_ref = m.ref and x.ended_at > m.since
 where x.tenant_id = %(tenant_id)s and x.outcome in ('passed', 'failed') and x.excluded is null
   and not (x.burst and (x.outcome = 'failed' or x.retried))
   and x.ended_at > now() - %(age)s::interval
 group by m.rule_id, x.run_id, x.ended_at
 order by m.rule_id, x.ended_at, x.run_id;

-- name: greens_of_errors
-- The same of rules about an error: whether no test failed with it.
select m.rule_id, not exists (select 1 from error_occurrences e join error_groups g on g.id = e.group_id
                               where e.run_id = r.id and e.ended_at = r.completed_at and e.tenant_id = r.tenant_id
                                 and g.digest = m.digest and e.test_ref <> 0) as green
  from unnest(%(rules)s::uuid[], %(digests)s::text[], %(since)s::timestamptz[]) as m (rule_id, digest, since)
  join runs r on r.project_id = %(project_id)s and r.tenant_id = %(tenant_id)s and r.closed and r.completed_at > m.since
   and r.completed_at > now() - %(age)s::interval
   and exists (select 1 from test_results x where x.run_id = r.id and x.outcome in ('passed', 'failed') and x.excluded is null)
 order by m.rule_id, r.completed_at, r.id;

-- name: names
-- What a rule and a person call these tests.
select id, test_id, file, title_path from known_tests where id = any(%(refs)s) and tenant_id = %(tenant_id)s;

-- name: projects
-- every tenant: projects whose tests are looked at again each night: those with a run in the window, or with something concluded.
select p.tenant_id, p.id from projects p
 where (p.tenant_id = %(tenant_id)s or %(tenant_id)s::uuid is null)
   and (exists (select 1 from runs r where r.project_id = p.id and r.closed and r.completed_at > now() - %(age)s::interval)
        or exists (select 1 from assessments a where a.project_id = p.id))
 order by p.id;

-- name: night_is_due
-- every tenant: whether nobody has looked today. The row stays locked until whoever asks is through: if that process dies,
-- another one does it.
select 1 from nightly where ran_on < (now() at time zone 'UTC')::date for update skip locked;

-- name: night_is_over
-- every tenant: for today.
update nightly set ran_on = (now() at time zone 'UTC')::date;
