-- name: forget_occurrences
delete from error_occurrences where run_id = %(run_id)s and tenant_id = %(tenant_id)s;

-- name: note_groups
-- In the order of their digests, so that two runs that end together don't wait for each other crosswise. A group that is
-- as it was is not written again.
insert into error_groups as g (tenant_id, project_id, digest, message, sample, kind, first_seen_at, last_seen_at)
select %(tenant_id)s, %(project_id)s, n.digest, n.message, n.sample, n.kind, %(ended_at)s, %(ended_at)s
  from jsonb_to_recordset(%(groups)s::jsonb) as n(digest text, message text, sample text, kind text)
 order by n.digest collate "C"
on conflict (project_id, digest) do update
   set first_seen_at = least(g.first_seen_at, excluded.first_seen_at),
       last_seen_at = greatest(g.last_seen_at, excluded.last_seen_at),
       sample = case when excluded.last_seen_at >= g.last_seen_at then excluded.sample else g.sample end,
       kind = excluded.kind
 where excluded.first_seen_at < g.first_seen_at or excluded.last_seen_at > g.last_seen_at or excluded.kind <> g.kind;

-- name: add_occurrences
insert into error_occurrences (tenant_id, project_id, group_id, run_id, test_ref, attempts, ended_at)
select g.tenant_id, g.project_id, g.id, %(run_id)s, o.test_ref, sum(o.attempts), %(ended_at)s
  from jsonb_to_recordset(%(occurrences)s::jsonb) as o(digest text, test_ref bigint, attempts int)
  join error_groups g on g.project_id = %(project_id)s and g.digest = o.digest and g.tenant_id = %(tenant_id)s
 group by g.id, o.test_ref
 order by o.test_ref, g.id;

-- name: forget_groups
-- every tenant: what nobody has seen since then, whoever's it was, goes.
delete from error_groups g
 where g.last_seen_at < %(before)s and not exists (select 1 from error_occurrences o where o.group_id = g.id);

-- part: in_window
 where o.tenant_id = %(tenant_id)s and o.project_id = any(%(project_ids)s)
   and o.ended_at > now() - %(days)s::int * interval '1 day'
   and (%(branch)s::text is null
        or o.run_id in (select r.id from runs r where r.tenant_id = %(tenant_id)s and r.branch = %(branch)s))
   and (%(test_id)s::text is null
        or o.test_ref in (select k.id from known_tests k
                           where k.tenant_id = %(tenant_id)s and k.project_id = any(%(project_ids)s) and k.test_id = %(test_id)s))
   and (%(digest)s::text is null
        or o.group_id in (select d.id from error_groups d
                           where d.tenant_id = %(tenant_id)s and d.project_id = any(%(project_ids)s) and d.digest = %(digest)s))

-- name: projects
-- Those that are asked for, of those that the key opens.
select p.id
  from projects p
 where p.tenant_id = %(tenant_id)s
   and (%(project)s::text is null or p.slug = %(project)s)
   and (%(only)s::text is null or p.slug = %(only)s);

-- name: prepare_to_count
-- every tenant: settings of this transaction. Distinct tests are counted in memory, not on disk. Each plan is made for what
-- is asked: one that serves every filter reads more than it must. Compiling costs more than it saves.
select set_config('work_mem', '32MB', true), set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true);

-- name: rank_groups
-- The page, and how many there are. All that is asked of every occurrence in the window is what a sum can tell; how many
-- tests there are takes a second grouping, which only the order by tests needs for all.
with counted as (
    select o.group_id, sum(o.attempts) as attempts, max(o.ended_at) as last_seen_at
      from error_occurrences o
-- insert: in_window
     group by o.group_id
), tests as (
    select x.group_id, count(*) as tests
      from (select distinct o.group_id, o.test_ref
              from error_occurrences o
-- insert: in_window
               and %(sort)s = 'tests' and o.test_ref <> 0) x
     group by x.group_id
)
select g.id, c.attempts::bigint as attempts, c.last_seen_at, count(*) over () as total
  from counted c
  join error_groups g on g.id = c.group_id
  left join tests t on t.group_id = c.group_id
 where g.tenant_id = %(tenant_id)s and (%(kind)s::text is null or g.kind = %(kind)s)
   and (%(search)s::text is null or strpos(lower(g.message), lower(%(search)s)) > 0
        or strpos(lower(g.sample), lower(%(search)s)) > 0)
 order by case %(sort)s when 'count' then c.attempts when 'tests' then coalesce(t.tests, 0) end desc,
          case %(sort)s when 'firstSeen' then g.first_seen_at else c.last_seen_at end desc, c.attempts desc, g.id
 limit %(limit)s offset %(offset)s;

-- name: tell_groups
-- What stands beside the groups of a page.
with found as materialized (
    select o.group_id, o.test_ref, o.run_id, o.attempts, o.ended_at
      from error_occurrences o
-- insert: in_window
       and o.group_id = any(%(group_ids)s)
), by_run as (
    select f.group_id, count(*)::int as runs, (array_agg(f.run_id order by f.ended_at desc, f.run_id))[1] as last_run_id,
           coalesce(array_agg(distinct r.branch order by r.branch) filter (where r.branch is not null), '{}') as branches
      from (select distinct group_id, run_id, ended_at from found) f
      join runs r on r.id = f.run_id and r.tenant_id = %(tenant_id)s
     group by f.group_id
), by_test as (
    select t.*, row_number() over (partition by t.group_id order by t.attempts desc, t.test_ref desc) as place,
           count(*) over (partition by t.group_id) as tests
      from (select group_id, test_ref, sum(attempts) as attempts from found where test_ref <> 0 group by group_id, test_ref) t
), most as (
    select t.group_id, max(t.tests)::int as tests,
           jsonb_agg(jsonb_build_object('test_id', k.test_id, 'file', k.file, 'title_path', k.title_path,
                                        'project_name', k.project_name, 'attempts', t.attempts) order by t.place) as tests_most
      from by_test t join known_tests k on k.id = t.test_ref and k.tenant_id = %(tenant_id)s
     where t.place <= %(most_tests)s
     group by t.group_id
)
select g.id, g.digest, p.slug as project, g.kind, g.message, g.sample, coalesce(m.tests, 0) as tests, coalesce(r.runs, 0) as runs,
       coalesce(r.branches, '{}') as branches, g.first_seen_at, r.last_run_id,
       coalesce(m.tests_most, '[]')::text as most_affected
  from error_groups g
  join projects p on p.id = g.project_id
  left join by_run r on r.group_id = g.id
  left join most m on m.group_id = g.id
 where g.id = any(%(group_ids)s) and g.tenant_id = %(tenant_id)s;

-- name: failed_tests_of_run
-- As far as the run has come. A test that is flaky by another run's failure has no failed attempt here. A test that was
-- to fail and passed says so itself.
select t.test_id, t.file, t.title_path, t.project_name, t.line, t.outcome, t.quarantined, left(t.error_message, %(longest)s) as error_message,
       coalesce((
           select jsonb_agg(coalesce((select jsonb_agg(left(e ->> 'message', %(longest)s) order by place)
                                        from jsonb_array_elements(a -> 'errors') with ordinality as x(e, place)
                                       where place <= %(most_errors)s), '[]') order by n)
             from jsonb_array_elements(t.attempts) with ordinality as y(a, n)
            where a ->> 'status' in ('failed', 'timedOut')), '[]') as errors
  from tests t
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s
   and (t.outcome = 'failed' or (t.outcome = 'passed' and t.flaky))
 order by t.outcome, t.file collate "C", t.line nulls last, t.project_name collate "C", t.test_id collate "C"
 limit %(limit)s;

-- name: errors_beside_tests
select file, left(error ->> 'message', %(longest)s) as message
  from run_errors
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s
 order by received_at, digest
 limit %(limit)s;

-- name: first_seen
-- When a project first met these errors, and in which run, as far as its history goes back.
select g.digest, g.first_seen_at, o.run_id, r.branch, r.commit_sha
  from error_groups g
  left join lateral (
      select o.run_id from error_occurrences o
       where o.group_id = g.id and o.tenant_id = %(tenant_id)s
       order by o.ended_at, o.run_id limit 1) o on true
  left join runs r on r.id = o.run_id and r.tenant_id = %(tenant_id)s
 where g.project_id = (select project_id from runs where id = %(run_id)s and tenant_id = %(tenant_id)s)
   and g.tenant_id = %(tenant_id)s and g.digest = any(%(digests)s);
