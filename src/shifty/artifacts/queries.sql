-- part: artifact
       id, tenant_id, run_id, type, name, storage_key, content_type, size_bytes, test_id, attempt, tries,
       case when state = 'ready' and expires_at <= now() then 'expired' else state end as state, created_at, expires_at

-- part: of_project
   -- A key may be for one project only.
   and (%(only)s::text is null
        or exists (select from runs r join projects p on p.id = r.project_id
                    where r.id = artifacts.run_id and p.slug = %(only)s))

-- name: lock_uploads
-- Two reservations of one run take turns: each may write several rows, and both count them into the row of the tenant.
select pg_advisory_xact_lock(7213002, hashtext(%(tenant_id)s::text || '/' || %(run_id)s::text));

-- name: find_upload
select
-- insert: artifact
  from artifacts
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and upload_id = %(upload_id)s;

-- name: reserve
insert into artifacts (id, tenant_id, run_id, type, name, storage_key, content_type, size_bytes, test_id, attempt,
                       upload_id, expires_at)
select %(id)s, r.tenant_id, r.id, %(type)s, %(name)s, %(storage_key)s, %(content_type)s, %(size_bytes)s, %(test_id)s,
       %(attempt)s, %(upload_id)s, now() + %(pending_for)s
  from runs r
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
returning
-- insert: artifact
;

-- name: reserve_again
update artifacts
   set tries = tries + 1, content_type = %(content_type)s, size_bytes = %(size_bytes)s,
       expires_at = greatest(expires_at, now() + %(pending_for)s)
 where id = %(id)s and tenant_id = %(tenant_id)s and state = 'pending'
returning
-- insert: artifact
;

-- name: make_ready
update artifacts
   set state = 'ready', size_bytes = %(size_bytes)s,
       expires_at = now() + make_interval(days => (select retention_days from tenants where id = %(tenant_id)s))
 where id = %(id)s and tenant_id = %(tenant_id)s and state = 'pending'
returning
-- insert: artifact
;

-- name: drop_pending
-- Not one that is being tried again: the client had given up waiting, and we notice it only now.
delete from artifacts
 where id = %(id)s and tenant_id = %(tenant_id)s and tries = %(tries)s and state = 'pending';

-- name: get_artifact
-- By its id, for a caller of the tenant whose key may be for one project only.
select
-- insert: artifact
  from artifacts
 where id = %(id)s and tenant_id = %(tenant_id)s
-- insert: of_project
;

-- name: get_by_keys
select
-- insert: artifact
  from artifacts
 where storage_key = any(%(keys)s) and tenant_id = %(tenant_id)s
-- insert: of_project
;

-- name: get_signed
-- every tenant: the signed address of an upload names one object, and the key in it begins with its tenant.
select
-- insert: artifact
  from artifacts
 where storage_key = %(storage_key)s;

-- name: pending_of_run
select
-- insert: artifact
  from artifacts
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'pending'
 order by created_at
 limit %(limit)s;

-- name: page_of_artifacts
select
-- insert: artifact
  from artifacts
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'ready' and expires_at > now()
   and (%(type)s::text is null or type = %(type)s) and (%(test_id)s::text is null or test_id = %(test_id)s)
 order by created_at, id
 limit %(limit)s offset %(offset)s;

-- name: count_artifacts
select count(*)
  from artifacts
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'ready' and expires_at > now()
   and (%(type)s::text is null or type = %(type)s) and (%(test_id)s::text is null or test_id = %(test_id)s);

-- name: expire_due
-- every tenant: retention is over whoever's it is. Rows that somebody holds are left for the next look.
update artifacts set state = 'expired'
 where id in (select id from artifacts where state = 'ready' and expires_at <= now()
               order by expires_at limit %(limit)s for update skip locked);

-- name: drop_overdue
-- every tenant: nobody waits for these bytes any more.
delete from artifacts
 where id in (select id from artifacts where state = 'pending' and expires_at <= now()
               order by expires_at limit %(limit)s for update skip locked);

-- name: take_tombstones
-- every tenant: objects have no owner any more. Locked until they are deleted, so that replicas share the work.
select storage_key from artifact_tombstones
 where due_at <= now() order by due_at limit %(limit)s for update skip locked;

-- name: drop_tombstones
-- every tenant: see above.
delete from artifact_tombstones where storage_key = any(%(keys)s) and until <= now();

-- name: visit_again
-- every tenant: see above.
update artifact_tombstones set due_at = until where storage_key = any(%(keys)s);

-- name: upload_secret
-- every tenant: one secret signs all uploads that come to the server.
select secret from artifact_secret;

-- name: sizes_of_run
-- How many artifacts of each type there are, and how much they take.
select type, count(*)::int as files, coalesce(sum(size_bytes), 0)::bigint as bytes
  from artifacts
 where run_id = %(run_id)s and tenant_id = %(tenant_id)s and state = 'ready' and expires_at > now()
 group by type
 order by type;

-- name: ready_artifacts
-- With the test that each shows, in the order in which they came.
select a.id, a.type, a.name, a.content_type, a.size_bytes, a.test_id, a.attempt, a.created_at, a.expires_at,
       t.file, t.title_path, t.project_name, t.outcome
  from artifacts a
  left join tests t on t.run_id = a.run_id and t.test_id = a.test_id
 where a.run_id = %(run_id)s and a.tenant_id = %(tenant_id)s and a.state = 'ready' and a.expires_at > now()
   and (%(type)s::text is null or a.type = %(type)s)
 order by a.created_at, a.id
 limit %(limit)s offset %(offset)s;
