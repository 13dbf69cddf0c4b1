-- part: columns
       id, tenant_id, run_id, repository, base_branch, base_sha, branch_name, change_digest, pr_number, pr_url, pr_status,
       error, tries, healing_count, avg_confidence, verified_runs, created_at, updated_at

-- name: count_tenants
-- every tenant: whether the server has more than one, for which one repository can't be meant.
select count(*) from (select from tenants limit 2) few;

-- name: set_patience
-- every tenant: a setting of the session, for the next statement.
select set_config('lock_timeout', %(patience)s, false);

-- name: lock_repository
-- One change at a time: two runs with the same change would not see each other's pull request. Of the session, since the
-- forge is asked in between and no transaction stays open for that long.
-- every tenant: they may share a repository.
select pg_advisory_lock(7213006, hashtext(lower(%(repository)s)));

-- name: begin_pr
-- One row a run. What has come to the forge stays as it is; a try that came to nothing makes room for this one.
insert into healing_prs as h (tenant_id, run_id, repository, base_branch, base_sha, branch_name, change_digest, patch,
                              healing_count, avg_confidence, verified_runs, tries)
select r.tenant_id, r.id, %(repository)s, %(base_branch)s, %(base_sha)s, %(branch_name)s, %(change_digest)s, %(patch)s,
       %(healing_count)s, %(avg_confidence)s, %(verified_runs)s, 1
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
on conflict (run_id) do update
   set repository = excluded.repository, base_branch = excluded.base_branch, base_sha = excluded.base_sha,
       branch_name = excluded.branch_name, change_digest = excluded.change_digest, patch = excluded.patch,
       healing_count = excluded.healing_count, avg_confidence = excluded.avg_confidence,
       verified_runs = excluded.verified_runs, tries = h.tries + 1, pr_status = 'pending', error = null,
       updated_at = now()
 where h.tenant_id = %(tenant_id)s and h.pr_status in ('pending', 'failed')
returning
-- insert: columns
;

-- name: get_pr
select
-- insert: columns
  from healing_prs
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s;

-- name: page_of_prs
-- Newest first, with what speaks for each; not with the files.
select h.id, h.tenant_id, h.run_id, h.repository, h.base_branch, h.base_sha, h.branch_name, h.change_digest, h.pr_number,
       h.pr_url, h.pr_status, h.error, h.tries, h.healing_count, h.avg_confidence, h.verified_runs, h.created_at, h.updated_at,
       p.slug as project, r.branch,
       (select coalesce(jsonb_agg(e.evidence order by f.n, e.n), '[]')::text
          from jsonb_array_elements(h.patch) with ordinality as f(file, n)
         cross join lateral jsonb_array_elements(f.file -> 'evidence') with ordinality as e(evidence, n)) as evidence
  from healing_prs h join runs r on r.id = h.run_id join projects p on p.id = r.project_id
 where h.tenant_id = %(tenant_id)s and (%(only)s::text is null or p.slug = %(only)s)
   and (%(run_id)s::uuid is null or h.run_id = %(run_id)s)
 order by h.created_at desc, h.id
 limit %(limit)s offset %(offset)s;

-- name: count_prs
select count(*)
  from healing_prs h join runs r on r.id = h.run_id join projects p on p.id = r.project_id
 where h.tenant_id = %(tenant_id)s and (%(only)s::text is null or p.slug = %(only)s)
   and (%(run_id)s::uuid is null or h.run_id = %(run_id)s);

-- name: get_patch
select patch::text from healing_prs where id = %(id)s and tenant_id = %(tenant_id)s;

-- name: same_change
-- Of another run: an open pull request is described anew instead of a second one; a closed one says that nobody wants it.
-- The newest decides.
select
-- insert: columns
  from healing_prs
 where tenant_id = %(tenant_id)s and repository = %(repository)s and change_digest = %(change_digest)s
   and base_branch = %(base_branch)s and run_id <> %(run_id)s and pr_number is not null
 order by (pr_status = 'open') desc, pr_number desc, created_at desc
 limit 1;

-- name: settle_pr
update healing_prs
   set pr_status = %(pr_status)s, pr_number = %(pr_number)s, pr_url = %(pr_url)s, branch_name = %(branch_name)s,
       error = null, updated_at = now()
 where id = %(id)s and tenant_id = %(tenant_id)s
returning
-- insert: columns
;

-- name: note_failure
update healing_prs
   set pr_status = %(pr_status)s, error = %(error)s, updated_at = now()
 where id = %(id)s and tenant_id = %(tenant_id)s and pr_status in ('pending', 'failed');

-- name: unfinished
-- every tenant: a duty of the server. Tries that were cut short a while ago; each look counts as a try.
update healing_prs
   set tries = tries + 1, updated_at = now()
 where id in (select id from healing_prs
               where repository = %(repository)s and pr_status = 'pending' and updated_at < now() - %(after)s::interval
                 and tries < %(most_tries)s
               order by updated_at limit %(limit)s for update skip locked)
returning
-- insert: columns
;

-- name: to_look_at
-- every tenant: a duty of the server. Those that may have changed, the one first that was looked at longest ago. A closed
-- one may be opened again; for how long that is worth a look is the caller's.
update healing_prs
   set updated_at = now()
 where id in (select id from healing_prs
               where repository = %(repository)s and pr_number is not null
                 and (pr_status = 'open' or pr_status = 'closed' and created_at > now() - %(closed_for)s::interval)
               order by updated_at limit %(limit)s for update skip locked)
returning pr_number;

-- name: is_known
-- every tenant: the forge speaks of a repository and a number.
select exists (select from healing_prs where lower(repository) = lower(%(repository)s) and pr_number = %(pr_number)s);

-- name: follow_pr
-- every tenant: all runs that share a pull request. Merged is for good. Told of a moment that we have looked past already:
-- nothing new.
update healing_prs
   set pr_status = %(pr_status)s, updated_at = now()
 where lower(repository) = lower(%(repository)s) and pr_number = %(pr_number)s and pr_status in ('open', 'closed')
   and pr_status <> %(pr_status)s
   and (%(at)s::timestamptz is null or updated_at < %(at)s);
