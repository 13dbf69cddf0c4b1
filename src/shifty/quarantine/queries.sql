-- part: rule_columns
       q.id, q.kind, q.value, q.project_name, q.owner, q.reason, q.source, q.failing_share, q.created_at, q.created_by,
       q.expires_at, q.released_at, q.released_by, q.release_reason, q.green_runs, q.evidence, q.excused, q.last_excused_at

-- part: rules_in_force
-- Those that excuse at this moment. The pattern is the value for LIKE, in which only the star stands for something.
rules as materialized (
    select q.id, q.project_id, q.kind, q.value, q.project_name, now() - interval '90 days' as seen_since,
           replace(replace(replace(replace(q.value, '\', '\\'), '%%', '\%%'), '_', '\_'), '*', '%%') as pattern
      from quarantine_rules q
     where q.tenant_id = %(tenant_id)s and q.project_id = %(project_id)s and q.released_at is null and q.expires_at > now()
       and (%(of_rules)s::uuid[] is null or q.id = any(%(of_rules)s))
)

-- part: rules_in_force_then
-- The same of a moment that is past.
rules as materialized (
    select q.id, q.project_id, q.kind, q.value, q.project_name, %(until)s::timestamptz - interval '90 days' as seen_since,
           replace(replace(replace(replace(q.value, '\', '\\'), '%%', '\%%'), '_', '\_'), '*', '%%') as pattern
      from quarantine_rules q
     where q.tenant_id = %(tenant_id)s and q.project_id = %(project_id)s and q.created_at <= %(until)s::timestamptz
       and coalesce(q.released_at, q.expires_at) > %(until)s::timestamptz
)

-- part: matching_tests
-- Which known tests these rules are about, as `match.names` has it. A branch for each way to find them: an index answers
-- the first two. What was not seen for three months is in the suite no more.
matching as materialized (
    select q.id as rule_id, k.id as test_ref
      from rules q join known_tests k on k.project_id = q.project_id and k.test_id = q.value
     where q.kind = 'test' and q.project_name in ('', k.project_name) and k.last_seen_at > q.seen_since
    union all
    select q.id, k.id
      from rules q join known_tests k on k.project_id = q.project_id and k.file = q.value
     where q.kind = 'file' and strpos(q.value, '*') = 0 and q.project_name in ('', k.project_name)
       and k.last_seen_at > q.seen_since
    union all
    select q.id, k.id
      from rules q join known_tests k on k.project_id = q.project_id
     where q.kind = 'file' and strpos(q.value, '*') > 0 and k.file like q.pattern
       and q.project_name in ('', k.project_name) and k.last_seen_at > q.seen_since
    union all
    select q.id, k.id
      from rules q join known_tests k on k.project_id = q.project_id
     where q.kind = 'title' and (k.title_path[cardinality(k.title_path)] like q.pattern
                                 or array_to_string(k.title_path, ' › ') like q.pattern)
       and q.project_name in ('', k.project_name) and k.last_seen_at > q.seen_since
    union all
    select q.id, k.id
      from rules q join known_tests k on k.project_id = q.project_id
     where q.kind = 'tag' and k.tags && array[q.value, substr(q.value, 2)]
       and q.project_name in ('', k.project_name) and k.last_seen_at > q.seen_since
)

-- name: find_project
select p.id, p.slug, p.quarantine_cap as cap, p.quarantine_days as days, p.auto_quarantine as auto,
       p.auto_quarantine_rate as auto_rate, p.auto_quarantine_confidence as auto_confidence, p.default_branch
  from projects p
 where p.tenant_id = %(tenant_id)s and p.slug = %(project)s;

-- name: project_by_id
select p.id, p.slug, p.quarantine_cap as cap, p.quarantine_days as days, p.auto_quarantine as auto,
       p.auto_quarantine_rate as auto_rate, p.auto_quarantine_confidence as auto_confidence, p.default_branch
  from projects p
 where p.tenant_id = %(tenant_id)s and p.id = %(project_id)s;

-- name: set_settings
insert into projects as p (tenant_id, slug, quarantine_cap, quarantine_days, auto_quarantine, auto_quarantine_rate,
                           auto_quarantine_confidence, default_branch)
values (%(tenant_id)s, %(project)s, coalesce(%(cap)s::int, 20), coalesce(%(days)s::int, 14), coalesce(%(auto)s::boolean, false),
        coalesce(%(auto_rate)s::float8, 20), coalesce(%(auto_confidence)s::float8, 0.95), %(default_branch)s::text)
on conflict (tenant_id, slug) do update
   set quarantine_cap = coalesce(%(cap)s::int, p.quarantine_cap), quarantine_days = coalesce(%(days)s::int, p.quarantine_days),
       auto_quarantine = coalesce(%(auto)s::boolean, p.auto_quarantine),
       auto_quarantine_rate = coalesce(%(auto_rate)s::float8, p.auto_quarantine_rate),
       auto_quarantine_confidence = coalesce(%(auto_confidence)s::float8, p.auto_quarantine_confidence),
       default_branch = case when %(with_branch)s::boolean then %(default_branch)s::text else p.default_branch end
returning p.id, p.slug, p.quarantine_cap as cap, p.quarantine_days as days, p.auto_quarantine as auto,
          p.auto_quarantine_rate as auto_rate, p.auto_quarantine_confidence as auto_confidence, p.default_branch;

-- name: lock_rules
-- Two that add a rule at once must not both find the last free place.
select pg_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/quarantine/' || %(project_id)s::bigint, 4));

-- name: active_rules
select
-- insert: rule_columns
  from quarantine_rules q
 where q.tenant_id = %(tenant_id)s and q.project_id = %(project_id)s and q.released_at is null and q.expires_at > now()
 order by q.created_at, q.id;

-- name: same_rule
-- Under the lock, and after what is due has expired: an active one, then.
select q.id
  from quarantine_rules q
 where q.tenant_id = %(tenant_id)s and q.project_id = %(project_id)s and q.kind = %(kind)s and q.value = %(value)s
   and q.project_name = %(project_name)s and q.released_at is null;

-- name: add_rule
insert into quarantine_rules (tenant_id, project_id, kind, value, project_name, owner, reason, source, failing_share,
                              created_at, created_by, expires_at)
values (%(tenant_id)s, %(project_id)s, %(kind)s, %(value)s, %(project_name)s, %(owner)s, %(reason)s, %(source)s,
        -- The moment, not that of the transaction: it may have waited for the lock, and the order of rules counts.
        %(failing_share)s, clock_timestamp(), %(created_by)s, coalesce(%(expires_at)s::timestamptz, now() + %(days)s::int * interval '1 day'))
returning id;

-- name: change_rule
update quarantine_rules q
   set owner = coalesce(%(owner)s::text, q.owner), reason = coalesce(%(reason)s::text, q.reason),
       expires_at = coalesce(%(expires_at)s::timestamptz, now() + %(days)s::int * interval '1 day', q.expires_at)
 where q.id = %(rule_id)s and q.tenant_id = %(tenant_id)s and q.released_at is null and q.expires_at > now()
returning q.id;

-- name: release_rule
update quarantine_rules q
   set released_at = now(), released_by = %(who)s, release_reason = %(reason)s
 where q.id = %(rule_id)s and q.tenant_id = %(tenant_id)s and q.released_at is null and q.expires_at > now()
returning q.id;

-- name: expire_due
-- every tenant: time passes for all of them. Rows that somebody else holds are met again at the next look.
with due as materialized (
    select id from quarantine_rules
     where released_at is null and expires_at <= now()
     order by id
       for update skip locked
), over as (
    update quarantine_rules q
       set released_at = q.expires_at, released_by = 'Shifty', release_reason = 'its time was over'
      from due
     where q.id = due.id
    returning q.id, q.tenant_id
)
insert into quarantine_log (tenant_id, rule_id, who, what) select tenant_id, id, 'Shifty', 'expired' from over;

-- name: expire_of_project
-- As above, but it waits: who adds a rule must not take one that has just run out for a live one.
with due as materialized (
    select id from quarantine_rules
     where tenant_id = %(tenant_id)s and project_id = %(project_id)s and released_at is null and expires_at <= now()
     order by id
       for update
), over as (
    update quarantine_rules q
       set released_at = q.expires_at, released_by = 'Shifty', release_reason = 'its time was over'
      from due
     where q.id = due.id and q.released_at is null
    returning q.id, q.tenant_id
)
insert into quarantine_log (tenant_id, rule_id, who, what) select tenant_id, id, 'Shifty', 'expired' from over;

-- name: add_log
insert into quarantine_log (tenant_id, rule_id, who, what, details)
values (%(tenant_id)s, %(rule_id)s, %(who)s, %(what)s, %(details)s::jsonb);

-- name: log_of_rule
select at, who, what, details from quarantine_log
 where tenant_id = %(tenant_id)s and rule_id = %(rule_id)s order by at, id;

-- name: note_progress
update quarantine_rules set green_runs = %(green_runs)s, evidence = %(evidence)s
 where id = %(rule_id)s and tenant_id = %(tenant_id)s;

-- name: tests_of_rules
with
-- insert: rules_in_force
,
-- insert: matching_tests
select distinct rule_id, test_ref from matching;

-- name: rules_about
-- Of a few tests: whether a rule is about them, as `matching_tests` has it, and when quarantine of them was last over, marked
-- or not.
with rules as materialized (
    select q.kind, q.value, q.project_name, q.released_at is null and q.expires_at > now() as is_active,
           coalesce(q.released_at, q.expires_at) as ends_at,
           replace(replace(replace(replace(q.value, '\', '\\'), '%%', '\%%'), '_', '\_'), '*', '%%') as pattern
      from quarantine_rules q
     where q.tenant_id = %(tenant_id)s and q.project_id = %(project_id)s and q.kind <> 'error'
       and coalesce(q.released_at, q.expires_at) > now() - interval '90 days'
)
select k.id, bool_or(q.is_active) as is_active, max(q.ends_at) filter (where not q.is_active) as was_over_at
  from known_tests k
  join rules q on q.project_name in ('', k.project_name)
   and case q.kind
         when 'test' then k.test_id = q.value
         when 'file' then k.file like q.pattern
         when 'title' then k.title_path[cardinality(k.title_path)] like q.pattern or array_to_string(k.title_path, ' › ') like q.pattern
         when 'tag' then k.tags && array[q.value, substr(q.value, 2)]
       end
 where k.project_id = %(project_id)s and k.tenant_id = %(tenant_id)s and k.id = any(%(refs)s)
 group by k.id;

-- name: count_matching
with
-- insert: rules_in_force
,
-- insert: matching_tests
select rule_id, count(distinct test_ref)::int as tests from matching group by rule_id;

-- name: quarantined_tests
-- How many tests of a project are quarantined. A rule about an error counts one, since nobody knows whom it will strike,
-- and so does one about a test that was not seen yet.
with
-- insert: rules_in_force
,
-- insert: matching_tests
select ((select count(distinct test_ref) from matching)
      + (select count(*) from rules r where not exists (select 1 from matching m where m.rule_id = r.id)))::int as tests;

-- name: quarantined_tests_then
-- How many of the tests that were known at a moment were quarantined at it.
with
-- insert: rules_in_force_then
,
-- insert: matching_tests
, known as (
    select m.rule_id, m.test_ref from matching m join known_tests k on k.id = m.test_ref where k.first_seen_at <= %(until)s::timestamptz
)
select ((select count(distinct test_ref) from known)
      + (select count(*) from rules r where not exists (select 1 from known k where k.rule_id = r.id)))::int as tests;

-- name: failing_share_of_tests
-- Of the tests that a rule is about, the one that fails most. One that did not fail lately has no assessment.
with
-- insert: rules_in_force
,
-- insert: matching_tests
select coalesce(a.failing_share, 0)::float8 as share, coalesce(a.total_runs, 0) as runs
  from matching m left join assessments a on a.test_ref = m.test_ref
 order by a.failing_share desc nulls last
 limit 1;

-- name: failing_share_of_error
-- In which share of the runs of the last month an error came.
with runs_of_month as (
    select count(*) as all_runs from runs r
     where r.tenant_id = %(tenant_id)s and r.project_id = %(project_id)s and r.closed and r.completed_at > now() - interval '30 days'
), struck as (
    select count(distinct o.run_id) as runs
      from error_groups g join error_occurrences o on o.group_id = g.id
     where g.tenant_id = %(tenant_id)s and g.project_id = %(project_id)s and g.digest = %(digest)s
       and o.ended_at > now() - interval '30 days'
)
select least(1, struck.runs::float8 / nullif(runs_of_month.all_runs, 0)) as share, runs_of_month.all_runs::int as runs
  from struck, runs_of_month where struck.runs > 0;

-- name: set_failing_share
update quarantine_rules set failing_share = %(failing_share)s where id = %(rule_id)s and tenant_id = %(tenant_id)s;

-- part: about
       , p.slug as project, p.id as project_id, q.released_at is null and q.expires_at > now() as is_active,
       case when q.kind = 'test' then
           (select jsonb_build_object('title', array_to_string(k.title_path, ' › '), 'file', k.file, 'projectName', k.project_name)
              from known_tests k where k.project_id = q.project_id and k.test_id = q.value) end as test,
       case when q.kind = 'error' then
           (select g.message from error_groups g where g.project_id = q.project_id and g.digest = q.value) end as error_message

-- part: listed_rules
 where q.tenant_id = %(tenant_id)s
   and (%(only)s::text is null or p.slug = %(only)s)
   and (%(project)s::text is null or p.slug = %(project)s)
   and (%(owner)s::text is null or q.owner = %(owner)s)
   and case %(state)s::text
         when 'active' then q.released_at is null and q.expires_at > now()
         when 'released' then q.released_at < q.expires_at
         when 'expired' then q.released_at >= q.expires_at or (q.released_at is null and q.expires_at <= now())
         else true
       end

-- name: list_rules
select
-- insert: rule_columns
-- insert: about
  from quarantine_rules q join projects p on p.id = q.project_id
-- insert: listed_rules
 order by q.created_at desc, q.id
 limit %(limit)s offset %(offset)s;

-- name: count_rules
select count(*)::int
  from quarantine_rules q join projects p on p.id = q.project_id
-- insert: listed_rules
;

-- name: get_rule
select
-- insert: rule_columns
-- insert: about
  from quarantine_rules q join projects p on p.id = q.project_id
 where q.id = %(rule_id)s and q.tenant_id = %(tenant_id)s and (%(only)s::text is null or p.slug = %(only)s);

-- name: candidates
-- Of a run that ends: what failed, and what was not run, in the order of the suite. What failed through the healing verdict
-- alone is a decision, not a flaky test.
select t.test_id, t.file, t.project_name, t.title_path, t.tags, t.outcome = 'failed' as failed
  from tests t
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and not (t.outcome = 'failed' and t.healed)
   and (t.outcome = 'failed' or (t.outcome = 'notRun' and %(with_not_run)s::boolean))
 order by t.file collate "C", t.line nulls last, t.project_name collate "C", t.test_id collate "C";

-- name: errors_of_tests
-- Of each failed attempt under the last lease, its messages; of what runs once a machine, under any.
select t.test_id, t.error_message, coalesce(e.attempts, '[]') as attempts, t.raw_status is not distinct from 'passed' as passed_unexpectedly
  from tests t,
       lateral (select jsonb_agg(jsonb_path_query_array(a, '$.errors[*].message')) as attempts
                  from jsonb_array_elements(t.attempts) as a
                 where a ->> 'status' in ('failed', 'timedOut', 'interrupted')
                   and (t.stage <> 'main' or (a ->> 'lease') is not distinct from (t.attempts -> -1 ->> 'lease'))) e
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.test_id = any(%(test_ids)s);

-- name: excuse_tests
update tests t
   set quarantined = true, quarantine_rule = x.rule_id
  from unnest(%(test_ids)s::text[], %(rule_ids)s::uuid[]) as x(test_id, rule_id)
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.test_id = x.test_id;

-- name: tell_over_cap
update tests t
   set reason = coalesce(t.reason || '; ', '') || %(reason)s
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.test_id = any(%(test_ids)s);

-- name: count_excused
-- In one order, so that two runs that end at once can't wait for each other.
with excused as materialized (
    select q.id, x.tests
      from unnest(%(rule_ids)s::uuid[], %(tests)s::int[]) as x(rule_id, tests)
      join quarantine_rules q on q.id = x.rule_id and q.tenant_id = %(tenant_id)s
     order by q.id
       for update of q
)
update quarantine_rules q
   set excused = q.excused + e.tests, last_excused_at = now()
  from excused e where q.id = e.id;
