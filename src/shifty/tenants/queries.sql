-- name: create_tenant
-- every tenant: it makes one. The update changes nothing: it makes the statement return the row that was there first.
insert into tenants (slug) values (%(slug)s)
on conflict (slug) do update set slug = excluded.slug
returning id, slug, created_at;

-- name: find_tenant
-- every tenant: it looks one up, by its id or its slug. An id wins over a slug that looks like one.
select id, slug, created_at from tenants where slug = %(name)s or id::text = lower(%(name)s)
 order by id::text = lower(%(name)s) desc limit 1;

-- name: list_tenants
-- every tenant: the administrator's list.
select id, slug, created_at from tenants order by slug;

-- name: create_key
insert into api_keys (id, tenant_id, secret_hash, name, scopes, project, expires_at)
values (%(id)s, %(tenant_id)s, %(secret_hash)s, %(name)s, %(scopes)s, %(project)s, now() + %(expires_in)s::interval)
returning id, tenant_id, name, scopes, project, created_at, expires_at, revoked_at, last_used_at;

-- name: list_keys
select id, tenant_id, name, scopes, project, created_at, expires_at, revoked_at, last_used_at
  from api_keys where tenant_id = %(tenant_id)s order by created_at, id;

-- name: revoke_key
-- Revoked twice keeps the first time.
update api_keys set revoked_at = coalesce(revoked_at, now())
 where id = %(id)s and (tenant_id = %(tenant_id)s or %(tenant_id)s::uuid is null)
returning id, tenant_id, name, scopes, project, created_at, expires_at, revoked_at, last_used_at;

-- name: valid_key
-- Found by its id alone: the tenant_id is what we are about to learn. The database's clock says what has expired.
select k.tenant_id, t.slug as tenant_slug, k.secret_hash, k.scopes, k.project,
       k.last_used_at is null or k.last_used_at < now() - interval '1 minute' as unmarked
  from api_keys k join tenants t on t.id = k.tenant_id
 where k.id = %(id)s and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());

-- name: mark_key_used
-- At most once a minute: every request would otherwise write.
update api_keys set last_used_at = now()
 where id = %(id)s and tenant_id = %(tenant_id)s
   and (last_used_at is null or last_used_at < now() - interval '1 minute');
