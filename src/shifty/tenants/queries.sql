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
  from api_keys where tenant_id = %(tenant_id)s and (%(only)s::text is null or project = %(only)s) order by created_at, id;

-- name: lock_key
-- Two that revoke it at once must not both tell of it.
select id, tenant_id, name, scopes, project, created_at, expires_at, revoked_at, last_used_at
  from api_keys
 where id = %(id)s and (tenant_id = %(tenant_id)s or %(tenant_id)s::uuid is null)
   and (%(only)s::text is null or project = %(only)s)
   for update;

-- name: revoke_key
update api_keys set revoked_at = now() where id = %(id)s and tenant_id = %(tenant_id)s
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

-- name: plan
select slug, retention_days, max_storage_bytes, max_workers, max_minutes_per_month
  from tenants where id = %(tenant_id)s::uuid;

-- name: change_plan
update tenants
   set retention_days = %(retention_days)s, max_storage_bytes = %(max_storage_bytes)s, max_workers = %(max_workers)s,
       max_minutes_per_month = %(max_minutes_per_month)s
 where id = %(tenant_id)s::uuid;

-- name: lock_quota
select pg_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/' || %(quota)s, 2));

-- name: stored_bytes
-- Kept by the artifacts room.
select coalesce(sum(bytes), 0)::bigint from tenant_storage where tenant_id = %(tenant_id)s;

-- name: seated_workers
-- At work: under a lease, or between two batches of a run that is not over. One that waits for a seat has no row here yet.
select count(distinct w.id)
  from workers w join runs r on r.id = w.run_id
 where w.tenant_id = %(tenant_id)s and w.left_at is null and w.id is distinct from %(besides)s::uuid
   and (r.status in ('pending', 'running') and w.last_seen_at > now() - %(kept)s::interval
        or exists (select 1 from leases l where l.run_id = w.run_id and l.worker_id = w.id and l.state = 'active'));

-- name: minutes_of_month
select (ms / 60000)::bigint from tenant_minutes
 where tenant_id = %(tenant_id)s and month = date_trunc('month', now() at time zone 'UTC')::date;

-- name: count_minutes
insert into tenant_minutes (tenant_id, month, ms)
select tenant_id, date_trunc('month', now() at time zone 'UTC')::date, test_duration_ms
  from runs where id = %(run_id)s and tenant_id = %(tenant_id)s and not closed and test_duration_ms > 0
on conflict (tenant_id, month) do update set ms = tenant_minutes.ms + excluded.ms;

-- name: take_tokens
-- every tenant: a bucket is named after its owner. One statement, so that replicas can't both take the last token; the
-- clock is read after the row is locked, or a caller that had to wait would see time run backwards.
-- More than is needed is given only out of a bucket that is at least half full.
insert into rate_buckets as b (name, tokens, granted, filled_at, full_at)
select %(name)s, %(capacity)s::float8 - g, g, clock, clock + make_interval(secs => g / %(per_second)s::float8)
  from (select clock_timestamp() as clock, least(%(needed)s::int + %(spare)s::int, %(capacity)s::float8)::int as g) fresh
on conflict (name) do update
   set (tokens, granted, filled_at, full_at) = (
       select filled.tokens - g, g, clock, clock + make_interval(secs => (%(capacity)s::float8 - filled.tokens + g) / %(per_second)s::float8)
         from (select clock_timestamp() as clock) as c,
              lateral (select least(%(capacity)s::float8, b.tokens + %(per_second)s::float8
                              * greatest(0, extract(epoch from clock - b.filled_at)::float8)) as tokens) as filled,
              lateral (select least(%(needed)s::int + case when filled.tokens > %(capacity)s::float8 / 2 then %(spare)s::int else 0 end,
                                    floor(filled.tokens))::int as g) as given)
returning granted, tokens;

-- name: drop_full_buckets
-- every tenant: a full bucket and none are the same.
delete from rate_buckets where full_at < now();

-- name: make_ticket
-- Clears away some that nobody has taken; locked ones are being cleared by somebody else.
with gone as (
    delete from tickets where hash in (select hash from tickets where expires_at < now() limit 100 for update skip locked)
)
insert into tickets (hash, tenant_id, run_id, expires_at)
values (%(hash)s, %(tenant_id)s, %(run_id)s, now() + %(good_for)s::interval);

-- name: take_ticket
-- Deleted by the statement that reads it, so that it opens one stream only, on whatever replica.
delete from tickets t using tenants n
 where t.hash = %(hash)s and n.id = t.tenant_id
returning t.tenant_id, n.slug as tenant_slug, t.run_id, t.expires_at > now() as is_good;

-- name: make_code
-- Clears away some that nobody has taken, as for tickets.
with gone as (
    delete from sign_in_codes
     where hash in (select hash from sign_in_codes where expires_at < now() limit 100 for update skip locked)
)
insert into sign_in_codes (hash, tenant_id, key_id, expires_at)
values (%(hash)s, %(tenant_id)s, %(key_id)s, now() + %(good_for)s::interval);

-- name: take_code
-- every tenant: the code says whose it is. Deleted by the statement that reads it, so that it opens one session only.
delete from sign_in_codes where hash = %(hash)s and expires_at > now() returning key_id;

-- name: begin_session
-- Only for a key that opens something at this moment; the tenant_id is the key's.
with key as (
    select k.id, k.tenant_id, t.slug, k.name, k.scopes, k.project
      from api_keys k join tenants t on t.id = k.tenant_id
     where k.id = %(key_id)s and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
), begun as (
    insert into sessions (hash, tenant_id, key_id, expires_at)
    select %(hash)s, tenant_id, id, now() + %(lasts)s::interval from key
    returning tenant_id
)
select key.tenant_id, key.slug as tenant_slug, key.name, key.scopes, key.project from key, begun;

-- name: valid_session
-- Found by what the cookie holds: the tenant_id is what we are about to learn. A session ends with its key.
select s.tenant_id, t.slug as tenant_slug, k.id, k.name, k.scopes, k.project,
       s.last_used_at < now() - interval '1 minute' as unmarked
  from sessions s join api_keys k on k.id = s.key_id join tenants t on t.id = s.tenant_id
 where s.hash = %(hash)s and s.expires_at > now() and s.last_used_at > now() - %(idle)s::interval
   and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());

-- name: mark_session
-- At most once a minute, as for keys.
update sessions set last_used_at = now()
 where hash = %(hash)s and tenant_id = %(tenant_id)s and last_used_at < now() - interval '1 minute';

-- name: end_session
delete from sessions where hash = %(hash)s and tenant_id = %(tenant_id)s;

-- name: drop_sessions
-- every tenant: what is over opens nothing.
delete from sessions where expires_at < now() or last_used_at < now() - %(idle)s::interval;

-- name: record_change
insert into audit_log (tenant_id, key_id, key_name, action, subject, project, details)
select %(tenant_id)s::uuid, %(key_id)s::text, coalesce((select k.name from api_keys k where k.id = %(key_id)s::text), ''),
       %(action)s, left(%(subject)s, 1000), %(project)s, %(details)s;

-- name: list_changes
select id, at, key_id, key_name, action, subject, project, details
  from audit_log
 where tenant_id = %(tenant_id)s
   and (%(only)s::text is null or project = %(only)s)
   and (%(action)s::text is null or starts_with(action, %(action)s))
 order by id desc limit %(limit)s offset %(offset)s;

-- name: count_changes
select count(*) from audit_log
 where tenant_id = %(tenant_id)s
   and (%(only)s::text is null or project = %(only)s)
   and (%(action)s::text is null or starts_with(action, %(action)s));

-- name: list_projects
-- The page first: its runs are counted, not everybody's.
with listed as materialized (
    select p.id, p.slug, p.default_branch, p.healing as healing_mode, p.healing_verdict, p.quarantine_cap, p.quarantine_days,
           p.auto_quarantine, p.created_at, l.id as last_run_id, l.created_at as last_run_at, l.status as last_run_status,
           l.conclusion as last_run_conclusion
      from projects p
      left join lateral (select r.id, r.created_at, r.status, r.conclusion
                           from runs r where r.project_id = p.id order by r.created_at desc limit 1) l on true
     where p.tenant_id = %(tenant_id)s
       and (%(only)s::text is null or p.slug = %(only)s)
       and (%(project)s::text is null or p.slug = %(project)s)
     order by l.created_at desc nulls last, p.slug collate "C"
     limit %(limit)s offset %(offset)s
)
select listed.*, (select count(*) from runs r where r.project_id = listed.id and r.tenant_id = %(tenant_id)s) as runs
  from listed order by last_run_at desc nulls last, slug collate "C";

-- name: count_projects
select count(*) from projects p
 where p.tenant_id = %(tenant_id)s
   and (%(only)s::text is null or p.slug = %(only)s)
   and (%(project)s::text is null or p.slug = %(project)s);
