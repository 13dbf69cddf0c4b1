-- name: projects
-- Those that are asked for, of those that the key opens.
select p.id
  from projects p
 where p.tenant_id = %(tenant_id)s
   and (%(project)s::text is null or p.slug = %(project)s)
   and (%(only)s::text is null or p.slug = %(only)s);

-- part: rules
-- Quarantine as it is at this moment. In a pattern only the star stands for something. A rule about an error is about no
-- test before it fails.
rules as materialized (
    select q.*, replace(replace(replace(replace(q.value, '\', '\\'), '%%', '\%%'), '_', '\_'), '*', '%%') as pattern
      from quarantine_rules q
     where q.project_id = any(%(project_ids)s) and q.tenant_id = %(tenant_id)s and q.released_at is null and q.expires_at > now() and q.kind <> 'error'
)

-- part: is_named
-- Whether rule q is about test k: as `shifty.quarantine.match.names` has it.
q.project_id = k.project_id and q.project_name in ('', k.project_name)
and case q.kind
      when 'test' then k.test_id = q.value
      when 'file' then k.file like q.pattern
      when 'title' then array_to_string(k.title_path, ' › ') like q.pattern or k.title_path[cardinality(k.title_path)] like q.pattern
      else k.tags && array[q.value, '@' || q.value, substr(q.value, 2)]
    end

-- part: excused
-- Of all tests, but only where somebody wants to know: it may have to look at each of them.
excused as materialized (
    select k.id
      from rules q join known_tests k on k.project_id = q.project_id and k.test_id = q.value and q.kind = 'test'
     where %(quarantined)s::boolean is not null and q.project_name in ('', k.project_name)
    union
    select k.id
      from rules q join known_tests k on
-- insert: is_named
     where %(quarantined)s::boolean is not null and q.kind <> 'test'
)

-- part: of_page
-- What is told of a test in every list; only ever of the tests of one page.
       k.id as ref, k.test_id, k.file, k.project_name, k.title_path, k.line, k.tags, k.project_id, p.slug as project,
       coalesce(o.owners, '{}') as owners, q.id as rule_id, q.owner as rule_owner, q.reason as rule_reason,
       q.expires_at as rule_expires_at

-- part: beside
  left join file_owners o on o.project_id = k.project_id and o.file = k.file
  left join lateral (
      select q.id, q.owner, q.reason, q.expires_at from rules q where
-- insert: is_named
       order by q.created_at, q.id limit 1
  ) q on true

-- part: standing
       k.p50_ms, k.p95_ms, k.p99_ms, k.first_seen_at, k.last_seen_at, k.last_passed_at, k.last_failed_at, k.last_outcome,
       coalesce(a.verdict, 'stable') as verdict, coalesce(a.total_runs, c.runs)::int as total_runs,
       coalesce(a.failed_runs, c.failed)::int as failed_runs, coalesce(a.flaky_runs, 0) as flaky_runs, a.rate, a.low, a.high,
       coalesce(a.lost_ms, 0) as lost_ms, a.last_flaky_at, coalesce(a.trend, 0) as trend, a.breakage::text as breakage, coalesce(a.causes, '[]')::text as causes,
       c.skipped::int as skipped, a.test_ref is not null as is_assessed

-- part: counts
-- Without an assessment no attempt has failed, so that a plain count of the executions that one rests on comes to the same.
-- Where it was skipped it was not executed: that is counted apart, in the last runs of whatever outcome.
  left join lateral (
      select count(*) filter (where f.executed and f.excluded is null) as runs,
             count(*) filter (where f.executed and f.outcome = 'failed' and f.excluded is null) as failed,
             count(*) filter (where not f.executed and f.outcome = 'skipped') as skipped
        from ((select f.run_id, f.outcome, f.excluded, true as executed from test_results f
                where f.test_ref = k.id and f.tenant_id = %(tenant_id)s and f.ended_at > now() - %(days)s::int * interval '1 day'
                  and f.outcome in ('passed', 'failed') and a.test_ref is null
                order by f.ended_at desc
                limit %(most)s)
              union all
              (select f.run_id, f.outcome, f.excluded, false from test_results f
                where f.test_ref = k.id and f.tenant_id = %(tenant_id)s and f.ended_at > now() - %(days)s::int * interval '1 day'
                order by f.ended_at desc
                limit %(most)s)) f
       where %(branch)s::text is null
          or exists (select from runs r where r.id = f.run_id and r.tenant_id = %(tenant_id)s and r.branch = %(branch)s)
  ) c on true

-- part: wanted
   and (%(file)s::text is null or k.file = %(file)s)
   and (%(search)s::text is null
        or lower(k.file || ' ' || array_to_string(k.title_path, ' '))
           like '%%' || replace(replace(replace(lower(%(search)s), '\', '\\'), '%%', '\%%'), '_', '\_') || '%%')
   and (%(owners)s::text[] is null
        or exists (select from file_owners w
                    where w.project_id = k.project_id and w.file = k.file and w.tenant_id = %(tenant_id)s
                      and w.owners && %(owners)s))
   and (%(quarantined)s::boolean is null or %(quarantined)s = (k.id in (select e.id from excused e)))

-- name: flaky_tests
-- By what is at least sure of the rate, or by severity and then by the time that it took. The page first, then what
-- stands beside its tests. The rate counts as it is shown.
with
-- insert: rules
,
-- insert: excused
, page as (
    select a.*, count(*) over () as total,
           row_number() over (
               order by case when %(by_severity)s then width_bucket(round(a.rate::numeric, 1), array[20, 30, 50]::numeric[]) end desc,
                        case when %(by_severity)s then a.lost_ms end desc,
                        a.low desc, a.flaky_runs desc, k.file collate "C", k.title_path collate "C", k.id) as place
      from assessments a
      join known_tests k on k.id = a.test_ref
     where a.project_id = any(%(project_ids)s) and a.tenant_id = %(tenant_id)s and a.flaky_runs > 0
       and round(a.rate::numeric, 1) >= %(min_rate)s::numeric
       and (%(verdict)s::text is null or a.verdict = %(verdict)s)
-- insert: wanted
     order by place
     limit %(limit)s offset %(offset)s
)
select
-- insert: of_page
       , a.verdict, a.total_runs, a.failed_runs, a.flaky_runs, a.rate, a.low, a.high, a.lost_ms, a.last_flaky_at,
       a.trend, a.causes::text as causes, p.quarantine_days, a.total
  from page a
  join known_tests k on k.id = a.test_ref
  join projects p on p.id = k.project_id
-- insert: beside
 order by a.place;

-- name: trends
-- A day for each on which something was looked at, the newest first. Several projects are taken together.
select d.day, sum(d.flaky_tests)::int as flaky_tests,
       coalesce(sum(d.rate_sum) / nullif(sum(d.flaky_tests), 0), 0)::float8 as rate,
       sum(d.broken_tests)::int as broken_tests, sum(d.quarantined_tests)::int as quarantined_tests,
       sum(d.lost_ms)::bigint as lost_ms
  from projects p join flakiness_days d on d.project_id = p.id
 where p.tenant_id = %(tenant_id)s
   and (%(project)s::text is null or p.slug = %(project)s)
   and (%(only)s::text is null or p.slug = %(only)s)
   and d.day > (now() at time zone 'UTC')::date - %(days)s::int
 group by d.day
 order by d.day desc;

-- part: in_the_suite
-- Those that were seen within the time that conclusions look back; the rest is in the suite no more. With one project its
-- id is named once more: only then does the index give the order of files. Since when is worked out once, not for each test.
     where k.project_id = any(%(project_ids)s) and (%(project_id)s::bigint is null or k.project_id = %(project_id)s)
       and k.tenant_id = %(tenant_id)s and k.last_seen_at > (select now() - %(days)s::int * interval '1 day')

-- part: on_branch
-- A scalar, asked test by test as the page is read: as a join it would read the runs whole.
       and (%(branch)s::text is null
            or (select true from unnest(%(run_ids)s::uuid[], %(run_ends)s::timestamptz[]) as r (id, at)
                  join test_results f on f.run_id = r.id and f.test_ref = k.id and f.ended_at = r.at limit 1))

-- name: last_runs
-- Of a branch, in each project.
select r.id, r.completed_at
  from unnest(%(project_ids)s::bigint[]) as p (id),
       lateral (select r.id, r.completed_at from runs r
                 where r.project_id = p.id and r.tenant_id = %(tenant_id)s and r.closed and r.folded_at is not null
                   and r.branch = %(branch)s and r.completed_at > now() - %(days)s::int * interval '1 day'
                 order by r.completed_at desc
                 limit 5) r;

-- name: count_on_branch
-- every tenant: the runs are this one's. No other column: the index alone answers.
select count(distinct f.test_ref)
  from unnest(%(run_ids)s::uuid[], %(run_ends)s::timestamptz[]) as r (id, at)
  join test_results f on f.run_id = r.id and f.ended_at = r.at;

-- name: prepare_to_sort
-- every tenant: settings of this transaction. What decides of all tests is sorted in memory, not on disk. Compiling costs
-- more than it saves.
select set_config('work_mem', '32MB', true), set_config('jit', 'off', true);

-- name: count_tests
select count(*)
      from known_tests k
-- insert: in_the_suite
;

-- name: tests_by_name
-- The index is read no further than the page.
select k.id
      from known_tests k
-- insert: in_the_suite
-- insert: on_branch
 order by k.file, k.line, k.title_path, k.id
 limit %(limit)s offset %(offset)s;

-- name: tests_by_assessment
-- Few are assessed. The rest comes behind them by name: each half is read no further than the page.
with ranked as (
    select k.id, row_number() over (
               order by case %(sort)s when 'lost' then a.lost_ms when 'failures' then a.failed_runs when 'trend' then a.trend else a.low end desc,
                        a.low desc, k.file, k.line, k.title_path, k.id) as place
      from assessments a join known_tests k on k.id = a.test_ref
-- insert: in_the_suite
       and a.project_id = any(%(project_ids)s) and a.tenant_id = %(tenant_id)s
     order by place
), assessed as (
    select k.id, k.place
      from ranked k
     where true
-- insert: on_branch
     order by k.place
     limit %(limit)s::bigint + %(offset)s::bigint
), others as (
    select k.id
      from known_tests k
-- insert: in_the_suite
-- insert: on_branch
       and not exists (select from assessments a where a.test_ref = k.id)
     order by k.file, k.line, k.title_path, k.id
     limit greatest(0, %(limit)s::bigint + %(offset)s::bigint - (select count(*) from assessed))
)
select listed.id
  from (select id, 0 as half, place from assessed
        union all
        select id, 1, row_number() over () from others) listed
 order by half, place
 limit %(limit)s offset %(offset)s;

-- name: tests_by_column
-- No index knows these orders: all of them are read, but nothing of them but what decides.
select k.id
      from known_tests k
-- insert: in_the_suite
 order by case when %(sort)s = 'duration' then k.p50_ms end desc nulls last,
          case when %(sort)s = 'lastFailed' then k.last_failed_at end desc nulls last, k.id
 limit %(limit)s offset %(offset)s;

-- name: some_tests
-- Where only some are wanted each has to be looked at, so that their number comes for nothing. Nothing is carried along
-- but what decides: it has to fit into memory. They are read once: to look them up again would take as long.
with
-- insert: rules
,
-- insert: excused
, wanted as (
    select k.id, count(*) over () as total,
           (case %(sort)s when 'lost' then a.lost_ms when 'flakiness' then a.low when 'failures' then a.failed_runs when 'trend' then a.trend
                          when 'duration' then k.p50_ms when 'lastFailed' then extract(epoch from k.last_failed_at) end)::float8 as weight,
           case when %(sort)s in ('lost', 'failures') then a.low end as low, k.file, k.line, k.title_path
      from known_tests k left join assessments a on a.test_ref = k.id
-- insert: in_the_suite
       and (%(project_name)s::text is null or k.project_name = %(project_name)s)
       and (%(tags)s::text[] is null or k.tags && %(tags)s)
       and (%(branch)s::text is null
            or k.id in (select f.test_ref from unnest(%(run_ids)s::uuid[], %(run_ends)s::timestamptz[]) as r (id, at)
                          join test_results f on f.run_id = r.id and f.ended_at = r.at))
       and (%(verdict)s::text is null or coalesce(a.verdict, 'stable') = %(verdict)s)
-- insert: wanted
)
select w.id, w.total
  from wanted w
 order by w.weight desc nulls last, w.low desc nulls last, w.file, w.line, w.title_path, w.id
 limit %(limit)s offset %(offset)s;

-- name: show_tests
-- In the order of their ids here. What stands beside each test, its executions above all, is read for a page alone.
with
-- insert: rules
select
-- insert: of_page
       ,
-- insert: standing
  from unnest(%(refs)s::bigint[]) with ordinality as page (id, place)
  join known_tests k on k.id = page.id
  join projects p on p.id = k.project_id
  left join assessments a on a.test_ref = k.id
-- insert: beside
-- insert: counts
 where k.tenant_id = %(tenant_id)s
 order by page.place;

-- name: executions_on_branch
-- Of the last executions of each test those that were there, oldest first, with what an assessment goes by. A list a test:
-- a row each costs more to read than all that is done with it.
with latest as materialized (
    select x.*
      from unnest(%(refs)s::bigint[]) as wanted (ref),
           lateral (select f.test_ref, f.run_id, f.ended_at, f.outcome, f.retried, f.burst, f.excluded, f.attempts,
                           f.failed_attempts, f.failed_ms
                      from test_results f
                     where f.test_ref = wanted.ref and f.tenant_id = %(tenant_id)s and f.outcome in ('passed', 'failed')
                       and f.ended_at > (select now() - %(days)s::int * interval '1 day')
                     order by f.ended_at desc, f.run_id desc
                     limit %(most)s) x
), told as (
    select f.test_ref, f.run_id, f.ended_at, r.branch, case when r.commit_sha not like '%%-dirty' then r.commit_sha end as commit,
           f.outcome, f.retried, f.burst, f.excluded, f.attempts, f.failed_attempts, f.failed_ms
      from latest f join runs r on r.id = f.run_id
     where r.tenant_id = %(tenant_id)s and r.branch = %(branch)s
)
select t.test_ref as ref, json_agg(t order by t.ended_at, t.run_id)::text as executions
  from told t
 group by t.test_ref;

-- name: strips
-- Of each test its last runs as letters, oldest first: a page of a list draws them.
select w.ref, string_agg(x.letter, '' order by x.ended_at, x.run_id) as letters
  from unnest(%(refs)s::bigint[]) as w (ref),
       lateral (select f.ended_at, f.run_id,
                       case when f.outcome not in ('passed', 'failed') then 's' when f.excluded is not null then 'x'
                            when f.outcome = 'failed' and f.quarantined then 'q' when f.outcome = 'failed' then 'f'
                            when f.retried or f.failed_attempts > 0 then 'r' else 'p' end as letter
                  from test_results f
                 where f.test_ref = w.ref and f.tenant_id = %(tenant_id)s
                   and f.ended_at > (select now() - %(days)s::int * interval '1 day')
                   and (%(branch)s::text is null
                        or exists (select from runs r where r.id = f.run_id and r.tenant_id = %(tenant_id)s and r.branch = %(branch)s))
                 order by f.ended_at desc, f.run_id desc
                 limit %(most)s) x
 group by w.ref;

-- name: find_test
-- One, or one in each project that has it.
select k.id from known_tests k
 where k.project_id = any(%(project_ids)s) and k.test_id = %(test_id)s and k.tenant_id = %(tenant_id)s
 order by k.project_id;

-- name: executions_of_test
-- A page, newest first. The page first: a test may have thousands.
with page as materialized (
    select f.*, r.branch, r.commit_sha
      from test_results f join runs r on r.id = f.run_id
     where f.test_ref = %(ref)s and f.tenant_id = %(tenant_id)s and r.tenant_id = %(tenant_id)s
       and (%(branch)s::text is null or r.branch = %(branch)s)
     order by f.ended_at desc, f.run_id
     limit %(limit)s offset %(offset)s
)
select f.run_id, f.ended_at, f.branch, f.commit_sha, f.outcome, f.retried, f.burst, f.quarantined, f.excluded, f.attempts,
       f.failed_attempts, f.duration_ms, f.failed_ms, f.limit_ms, f.position, b.test_id as ran_after, f.worker,
       f.error_digest, g.message as error_message, f.causes
  from page f
  left join known_tests b on b.id = f.ran_after
  left join error_groups g on g.project_id = f.project_id and g.digest = f.error_digest
 order by f.ended_at desc, f.run_id;

-- name: count_executions
select count(*)
  from test_results f
 where f.test_ref = %(ref)s and f.tenant_id = %(tenant_id)s
   and (%(branch)s::text is null
        or exists (select from runs r where r.id = f.run_id and r.tenant_id = %(tenant_id)s and r.branch = %(branch)s));

-- name: errors_of_test
-- Of its last executions, the most frequent first.
select f.error_digest as digest, max(g.message) as message, max(g.kind) as kind, count(*)::int as runs,
       min(f.ended_at) as first_seen_at, max(f.ended_at) as last_seen_at
  from (select f.* from test_results f
         where f.test_ref = %(ref)s and f.tenant_id = %(tenant_id)s and f.ended_at > now() - %(days)s::int * interval '1 day'
           and (%(branch)s::text is null
                or exists (select from runs r where r.id = f.run_id and r.tenant_id = %(tenant_id)s and r.branch = %(branch)s))
         order by f.ended_at desc
         limit %(most)s) f
  left join error_groups g on g.project_id = f.project_id and g.digest = f.error_digest
 where f.error_digest is not null
 group by f.error_digest
 order by runs desc, last_seen_at desc, digest
 limit 20;

-- name: name_tests
select k.id as ref, k.test_id, k.file, k.project_name, k.title_path
  from known_tests k
 where k.tenant_id = %(tenant_id)s and k.id = any(%(refs)s);
