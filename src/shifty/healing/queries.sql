-- name: find_project
-- Of the run where the tenant has it, else by its name.
select p.id, p.slug, p.healing as mode, p.healing_verdict as verdict
  from projects p
 where p.tenant_id = %(tenant_id)s
   and p.id = coalesce((select r.project_id
                          from runs r join projects o on o.id = r.project_id
                         where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
                           and (%(only)s::text is null or o.slug = %(only)s)),
                       (select n.id from projects n where n.tenant_id = %(tenant_id)s and n.slug = %(project)s));

-- name: add_project
-- Only where it is missing: to touch its row would make everybody wait who starts a run of it.
insert into projects (tenant_id, slug) values (%(tenant_id)s, %(project)s)
on conflict (tenant_id, slug) do nothing;

-- name: set_project
insert into projects as p (tenant_id, slug, healing, healing_verdict)
values (%(tenant_id)s, %(project)s, coalesce(%(mode)s, 'heal'), coalesce(%(verdict)s, 'warn'))
on conflict (tenant_id, slug) do update
   set healing = coalesce(%(mode)s, p.healing), healing_verdict = coalesce(%(verdict)s, p.healing_verdict)
returning id, slug, healing as mode, healing_verdict as verdict;

-- name: uses_of_selector
-- In all tests that use it in this file, the asking one's and the nearest lines first. Without the elements: one of them
-- is wanted. Thousands of tests may share a page object.
select id, test_id, line, digest, longest_wait_ms, seen_at
  from fingerprints
 where tenant_id = %(tenant_id)s and project_id = %(project_id)s and file = %(file)s
   and selector_digest = sha256(convert_to(%(selector)s, 'UTF8'))
 order by (test_id = %(test_id)s) desc, abs(line - %(line)s), seen_at desc, id
 limit 200;

-- name: versions
select versions from fingerprints where tenant_id = %(tenant_id)s and id = %(id)s;

-- name: known_fingerprints
-- Of the tests that are named, and of all tests of a file: those that history knows, and whatever is used in it.
select f.test_id, f.file, f.line, f.selector, f.digest, f.seen_at, f.longest_wait_ms
  from fingerprints f
 where f.tenant_id = %(tenant_id)s and f.project_id = %(project_id)s
   and (f.test_id = any(%(test_ids)s)
        or f.file = %(test_file)s
        or f.test_id = any(array(select h.test_id from test_history h
                                  where h.project_id = %(project_id)s and h.tenant_id = %(tenant_id)s
                                    and h.file = %(test_file)s)))
 order by f.test_id, f.file, f.line, f.id
 limit %(limit)s;

-- name: changed_fingerprints
-- What the element of a locator was, where it is none that the locator was seen to hit before.
select i.n, f.versions -> 0 ->> 'element' as element
  from jsonb_to_recordset(%(rows)s::jsonb) as i(n int, test_id text, file text, line int, selector text, digest text)
  join fingerprints f
    on f.project_id = %(project_id)s and f.test_id = i.test_id and f.file = i.file and f.line = i.line
   and f.selector_digest = sha256(convert_to(i.selector, 'UTF8'))
 where f.tenant_id = %(tenant_id)s and i.digest <> '' and f.digest <> ''
   and not f.versions @> jsonb_build_array(jsonb_build_object('digest', i.digest))
 order by i.n;

-- name: remember
-- In one order, so that two of these can't wait for each other. A digest of '' is of an element that says nothing about
-- itself: it never takes the place of one that does. A version that comes again moves to the front.
insert into fingerprints as f (tenant_id, project_id, test_id, file, line, selector, selector_digest, digest, versions,
                               longest_wait_ms, passes)
select %(tenant_id)s, %(project_id)s, i.test_id, i.file, i.line, i.selector, sha256(convert_to(i.selector, 'UTF8')), i.digest,
       jsonb_build_array(i.version || jsonb_build_object('digest', i.digest, 'seenAt', now())), i.waited_ms, i.passes
  from jsonb_to_recordset(%(rows)s::jsonb) as i(test_id text, file text, line int, selector text, digest text,
                                                version jsonb, waited_ms int, passes int)
 order by i.test_id, i.file, i.line, i.selector
on conflict (project_id, test_id, file, line, selector_digest) do update
   set seen_at = now(),
       passes = f.passes + excluded.passes,
       longest_wait_ms = greatest(f.longest_wait_ms, excluded.longest_wait_ms),
       digest = case when excluded.digest in ('', f.digest) then f.digest else excluded.digest end,
       versions = case
           when excluded.digest in ('', f.digest) then f.versions
           else (select jsonb_agg(kept.version order by kept.place)
                   from (select version, place
                           from (select excluded.versions -> 0 as version, 0 as place
                                 union all
                                 select o.version, o.place
                                   from jsonb_array_elements(f.versions) with ordinality as o(version, place)
                                  where o.version ->> 'digest' not in ('', excluded.digest)) as all_of_them
                          order by place
                          limit %(most)s) as kept)
       end
 where f.tenant_id = %(tenant_id)s;

-- name: add_drifts
-- Once a run and use, and so many at most of one file: where a page was made anew, all of its locators drift.
insert into drifts (tenant_id, run_id, test_id, file, line, selector, selector_digest, similarity, was, is_now, explanation)
select r.tenant_id, r.id, i.test_id, i.file, i.line, i.selector, sha256(convert_to(i.selector, 'UTF8')), i.similarity, i.was, i.is_now,
       i.explanation
  from (select x.*, row_number() over (partition by x.file order by x.similarity, x.test_id, x.line, x.selector) as place
          from jsonb_to_recordset(%(rows)s::jsonb) as x(test_id text, file text, line int, selector text,
               similarity double precision, was jsonb, is_now jsonb, explanation text)) as i
  join runs r on r.id = %(run_id)s and r.tenant_id = %(tenant_id)s and r.project_id = %(project_id)s
 where i.place + (select count(*) from drifts d where d.run_id = r.id and d.file = i.file) <= %(most)s
 order by i.test_id, i.file, i.line, i.selector
on conflict (run_id, test_id, file, line, selector_digest) do nothing;

-- name: forget
-- every tenant: what nobody has seen for so long is of a test or a locator that is gone.
delete from fingerprints
 where id in (select id from fingerprints where seen_at < now() - %(after)s::interval
               order by seen_at limit %(limit)s for update skip locked);

-- part: events
  from tests t
 cross join lateral jsonb_array_elements(t.attempts) with ordinality as a(attempt, n)
 cross join lateral jsonb_array_elements(a.attempt -> 'heals') with ordinality as h(heal, n)
 where t.run_id = %(run_id)s and t.tenant_id = %(tenant_id)s and t.healing_attempted
   and (%(min_confidence)s::double precision is null or (h.heal ->> 'confidence')::double precision >= %(min_confidence)s)
   and (%(test_id)s::text is null or t.test_id = %(test_id)s)
   and (%(decision)s::text is null or h.heal ->> 'decision' = %(decision)s)
   and (%(success)s::boolean is null or coalesce((h.heal ->> 'success')::boolean, false) = %(success)s)

-- name: page_of_events
-- In the order of the suite, of attempts and of steps. A limit of null is none.
with told as (
select t.test_id, t.file, t.title_path, t.project_name, t.outcome, t.healed,
       coalesce((a.attempt ->> 'attempt')::int, 0) as attempt, a.attempt ->> 'lease' as lease,
       a.attempt ->> 'startedAt' as started_at, h.n::int as step, h.heal::text as heal,
       coalesce(a.attempt -> 'attachments', '[]')::text as attachments, count(*) over () as total,
       coalesce(h.heal #>> '{callSite,file}', t.file) as place, h.heal ->> 'originalSelector' as selector,
       h.heal ->> 'healedSelector' as healed_selector,
       row_number() over (order by t.file collate "C", t.line nulls last, t.project_name collate "C",
                                   t.test_id collate "C", a.n, h.n) as number
-- insert: events
 order by number
 limit %(limit)s offset %(offset)s
)
select told.test_id, told.file, told.title_path, told.project_name, told.outcome, told.healed, told.attempt, told.lease,
       told.started_at, told.step, told.heal, told.attachments, told.total,
       d.project_id || '-' || encode(d.digest, 'hex') as decision_id, d.decision as word, d.reason, d.decided_by, d.decided_at
  from told
  left join healing_decisions d
    on d.project_id = (select project_id from runs where id = %(run_id)s and tenant_id = %(tenant_id)s)
   and d.file = told.place and d.selector = told.selector and d.healed_selector = told.healed_selector
 order by told.number;

-- name: count_events
select count(*)
-- insert: events
;

-- name: screenshots_of_tests
-- Newest first.
select id, test_id, attempt, name
  from artifacts
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and test_id = any(%(test_ids)s) and type = 'screenshot'
   and state = 'ready' and expires_at > now()
 order by created_at desc, id;

-- name: page_of_drifts
-- The least alike first. The test may be unknown: it has not reported yet, or ran without a run.
select d.id, d.run_id, d.test_id, coalesce(t.file, d.file) as test_file, coalesce(t.title_path, '{}') as title_path,
       d.selector, d.file, d.line, d.similarity, d.was::text as was, d.is_now::text as is_now, d.explanation, d.seen_at
  from drifts d left join tests t on t.run_id = d.run_id and t.test_id = d.test_id
 where d.run_id = %(run_id)s and d.tenant_id = %(tenant_id)s
 order by d.similarity, d.id
 limit %(limit)s offset %(offset)s;

-- name: count_drifts
select count(*) from drifts where run_id = %(run_id)s and tenant_id = %(tenant_id)s;

-- part: recent
-- The newest tests with broken locators: so many at most, of so many runs, since their attempts have to be read.
with recent as materialized (
    select r.id, r.project_id, p.slug as project, r.branch, r.created_at
      from runs r join projects p on p.id = r.project_id
     where r.tenant_id = %(tenant_id)s and (%(only)s::text is null or p.slug = %(only)s)
       and (%(project)s::text is null or p.slug = %(project)s)
     order by r.created_at desc, r.id desc
     limit %(most_runs)s
),
broken as materialized (
    select r.id as run_id, r.project_id, r.project, r.branch, r.created_at, t.test_id, t.file, t.title_path, t.project_name,
           t.outcome, t.healed, t.attempts
      from recent r join tests t on t.run_id = r.id
     where t.tenant_id = %(tenant_id)s and t.healing_attempted
       and (%(test_id)s::text is null or t.test_id = %(test_id)s)
     order by r.created_at desc, r.id desc, t.test_id
     limit %(most_tests)s
),
told as materialized (
    -- Without the heals themselves: they are big, and only the newest of each are wanted.
    select b.run_id, b.project_id, b.created_at, b.test_id, a.n, h.n as step,
           coalesce(h.heal #>> '{callSite,file}', b.file) as place, h.heal ->> 'originalSelector' as selector,
           coalesce(h.heal ->> 'healedSelector', '') as healed_selector
      from broken b
     cross join lateral jsonb_array_elements(b.attempts) with ordinality as a(attempt, n)
     cross join lateral jsonb_array_elements(a.attempt -> 'heals') with ordinality as h(heal, n)
),
counted as (
    select project_id, place, selector, healed_selector, count(*) as times, count(distinct test_id) as tests,
           count(distinct run_id) as runs
      from told
     group by project_id, place, selector, healed_selector
),
newest as (
    select distinct on (project_id, place, selector, healed_selector) *
      from told
     order by project_id, place, selector, healed_selector, created_at desc, run_id, test_id, n desc, step desc
),
shown as (
    select w.*, b.project, b.branch, b.file, b.title_path, b.project_name, b.outcome, b.healed,
           a.attempt, a.attempt -> 'heals' -> (w.step::int - 1) as heal
      from newest w
      join broken b using (run_id, test_id)
     cross join lateral (select b.attempts -> (w.n::int - 1)) as a(attempt)
),
wanted as (
    select w.*, c.times, c.tests, c.runs, d.project_id || '-' || encode(d.digest, 'hex') as decision_id, d.decision as word,
           d.reason, d.decided_by, d.decided_at
      from shown w
      join counted c using (project_id, place, selector, healed_selector)
      left join healing_decisions d
        on d.project_id = w.project_id and d.file = w.place and d.selector = w.selector
       and d.healed_selector = w.healed_selector
     where (%(decision)s::text is null or w.heal ->> 'decision' = %(decision)s)
       and (%(success)s::boolean is null or coalesce((w.heal ->> 'success')::boolean, false) = %(success)s)
       and (%(decided)s::text is null
            or w.healed_selector <> '' and coalesce(d.decision, 'undecided') = %(decided)s)
       and (%(search)s::text is null
            or position(lower(%(search)s) in lower(concat_ws(' ', w.selector, w.heal ->> 'originalLocator',
                        w.healed_selector, w.heal ->> 'healedLocator', w.place, w.file,
                        array_to_string(w.title_path, ' ')))) > 0)
)

-- name: page_of_replacements
-- Newest first.
-- insert: recent
select run_id, project, branch, created_at as seen_at, test_id, file, title_path, project_name, outcome, healed,
       coalesce((attempt ->> 'attempt')::int, 0) as attempt, attempt ->> 'lease' as lease,
       attempt ->> 'startedAt' as started_at, step::int as step, heal::text as heal,
       coalesce(attempt -> 'attachments', '[]')::text as attachments, times, tests, runs, decision_id, word, reason, decided_by,
       decided_at, count(*) over () as total
  from wanted
 order by created_at desc, run_id, place collate "C", selector collate "C", healed_selector collate "C"
 limit %(limit)s offset %(offset)s;

-- name: count_replacements
-- insert: recent
select count(*) from wanted;

-- name: put_decision
-- The last word counts.
insert into healing_decisions as d (tenant_id, project_id, file, selector, healed_selector, digest, decision, reason, decided_by)
select r.tenant_id, r.project_id, %(file)s, %(selector)s, %(healed_selector)s,
       sha256(convert_to(jsonb_build_array(%(file)s::text, %(selector)s::text, %(healed_selector)s::text)::text, 'UTF8')),
       %(word)s, %(reason)s,
       coalesce((select nullif(k.name, '') from api_keys k where k.id = %(key_id)s and k.tenant_id = %(tenant_id)s), %(key_id)s)
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
on conflict (project_id, digest) do update
   set decision = excluded.decision, reason = excluded.reason, decided_by = excluded.decided_by, decided_at = now()
 where d.tenant_id = %(tenant_id)s
returning d.project_id || '-' || encode(d.digest, 'hex') as id,
          (select slug from projects p where p.id = d.project_id) as project, d.file, d.selector, d.healed_selector,
          d.decision as word, d.reason, d.decided_by as by, d.decided_at as at;

-- name: withdraw_decision
delete from healing_decisions d
 using projects p
 where d.project_id = %(project_id)s and d.digest = decode(%(digest)s, 'hex') and d.tenant_id = %(tenant_id)s
   and p.id = d.project_id and (%(only)s::text is null or p.slug = %(only)s)
returning d.project_id || '-' || encode(d.digest, 'hex') as id, p.slug as project, d.file, d.selector, d.healed_selector,
          d.decision as word, d.reason, d.decided_by as by, d.decided_at as at;

-- part: decisions
  from healing_decisions d join projects p on p.id = d.project_id
 where p.tenant_id = %(tenant_id)s and d.tenant_id = %(tenant_id)s
   and (%(only)s::text is null or p.slug = %(only)s) and (%(project)s::text is null or p.slug = %(project)s)
   and (%(word)s::text is null or d.decision = %(word)s)

-- name: page_of_decisions
-- Newest first.
select d.project_id || '-' || encode(d.digest, 'hex') as id, p.slug as project, d.file, d.selector, d.healed_selector,
       d.decision as word, d.reason, d.decided_by as by, d.decided_at as at
-- insert: decisions
 order by d.decided_at desc, d.project_id, d.digest
 limit %(limit)s offset %(offset)s;

-- name: count_decisions
select count(*)
-- insert: decisions
;

-- name: refused_replacements
-- Of the locators of a file: one read of an index, since a test waits. A locator that goes on into frames counts for that
-- of its frame, too: there, it is the frame that broke.
select selector, healed_selector, decided_by as by, reason
  from healing_decisions
 where project_id = %(project_id)s and file = %(file)s and tenant_id = %(tenant_id)s and decision = 'refused'
   and (selector = %(selector)s or starts_with(selector, %(selector)s || ' >> internal:control=enter-frame >> '))
 limit 200;
