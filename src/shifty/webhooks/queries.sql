-- name: enqueue_run
-- Once for each run, webhook and event, however often it is asked. A webhook that is removed at this moment is waited for
-- and skipped: its foreign key must not keep the run from ending.
insert into webhook_deliveries (tenant_id, webhook_id, run_id, event)
select w.tenant_id, w.id, r.id, e.event
  from runs r
  join webhooks w on w.tenant_id = r.tenant_id and w.enabled and (w.project_id is null or w.project_id = r.project_id)
 cross join unnest(w.events) as e(event)
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s
   and (e.event = 'run.finished' or (e.event = 'run.failed' and r.conclusion in ('failed', 'timedOut', 'cancelled')))
   for key share of w
on conflict (webhook_id, run_id, event) do nothing;

-- name: claim_due
-- every tenant: a few of each, so that who has many slow receivers holds up nobody else. What is taken is due again later:
-- should this process die, it is sent once more then.
with ranked as materialized (
    select d.id, d.next_try_at, row_number() over (partition by d.tenant_id order by d.next_try_at, d.id) as place
      from webhook_deliveries d join webhooks w on w.id = d.webhook_id
     where d.state = 'waiting' and d.next_try_at <= now() and w.enabled
), taken as materialized (
    select d.id
      from ranked r join webhook_deliveries d on d.id = r.id
     where r.place <= %(of_each)s and d.state = 'waiting' and d.next_try_at <= now()
     order by r.next_try_at, d.id
     limit %(limit)s
       for update of d skip locked
)
update webhook_deliveries d
   set tries = d.tries + 1, next_try_at = now() + %(taken_for)s::interval
  from taken, webhooks w
 where d.id = taken.id and w.id = d.webhook_id
returning d.id, d.tenant_id, d.webhook_id, d.run_id, d.event, d.tries, d.created_at, w.url, w.secret;

-- name: claim_test
with made as (
    insert into webhook_deliveries (tenant_id, webhook_id, event, tries, next_try_at)
    select w.tenant_id, w.id, 'test', 1, now() + %(taken_for)s::interval
      from webhooks w where w.id = %(webhook_id)s and w.tenant_id = %(tenant_id)s
    returning id, tenant_id, webhook_id, run_id, event, tries, created_at
)
select made.*, w.url, w.secret from made join webhooks w on w.id = made.webhook_id;

-- name: note_outcome
-- By the tries: who was taken for dead and comes late must not undo what somebody else has noted since.
update webhook_deliveries
   set state = %(state)s, status = %(status)s, error = %(error)s,
       next_try_at = now() + coalesce(%(pause)s::interval, interval '0'),
       delivered_at = case when %(state)s = 'delivered' then now() end
 where id = %(id)s and tenant_id = %(tenant_id)s and state = 'waiting' and tries = %(tries)s;

-- name: told_of_run
select r.id as run_id, p.slug as project, r.branch, r.commit_sha, r.actor, r.status, r.conclusion, r.failure_reason,
       r.total_tests, r.passed_tests, r.failed_tests, r.flaky_tests, r.skipped_tests, r.not_run_tests,
       r.quarantined_tests, r.healed_tests, r.created_at, r.completed_at,
       coalesce((select jsonb_agg(to_jsonb(f))
                   from (select t.test_id, t.file, t.line, t.project_name, t.title_path, left(t.error_message, 8000) as error
                           from tests t
                          where t.run_id = r.id and t.outcome = 'failed' and not t.quarantined
                          order by t.file collate "C", t.line nulls last, t.project_name collate "C", t.test_id collate "C"
                          limit %(most)s) f), '[]') as failures
  from runs r join projects p on p.id = r.project_id
 where r.id = %(run_id)s and r.tenant_id = %(tenant_id)s;

-- name: forget_old
-- every tenant: what became of old ones interests nobody; one that still waits after two months is of a webhook that is off.
delete from webhook_deliveries
 where (state <> 'waiting' and created_at < now() - %(kept)s::interval) or created_at < now() - 2 * %(kept)s::interval;

-- part: webhook_columns
       w.id, p.slug as project, w.url, w.events, w.enabled, w.created_by, w.created_at

-- part: delivery_columns
       d.id, d.event, d.run_id, d.state, d.tries, case when d.state = 'waiting' then d.next_try_at end as next_try_at,
       d.status, d.error, d.created_at, d.delivered_at

-- name: lock_webhooks
-- Two that add one at once must not both find the last free place.
select pg_advisory_xact_lock(hashtextextended(%(tenant_id)s::text || '/webhooks', 5));

-- name: count_webhooks
select count(*) from webhooks where tenant_id = %(tenant_id)s;

-- name: project_id
select id from projects where tenant_id = %(tenant_id)s and slug = %(project)s;

-- name: add_webhook
insert into webhooks (tenant_id, project_id, url, secret, events, created_by)
values (%(tenant_id)s, %(project_id)s, %(url)s, %(secret)s, %(events)s, %(created_by)s)
returning id;

-- name: get_webhook
select
-- insert: webhook_columns
  from webhooks w left join projects p on p.id = w.project_id
 where w.id = %(webhook_id)s and w.tenant_id = %(tenant_id)s and (%(only)s::text is null or p.slug = %(only)s);

-- name: change_webhook
update webhooks
   set url = coalesce(%(url)s::text, url), events = coalesce(%(events)s::text[], events),
       enabled = coalesce(%(enabled)s::boolean, enabled), secret = coalesce(%(secret)s::text, secret)
 where id = %(webhook_id)s and tenant_id = %(tenant_id)s;

-- name: remove_webhook
delete from webhooks where id = %(webhook_id)s and tenant_id = %(tenant_id)s;

-- name: list_webhooks
select
-- insert: webhook_columns
, (select count(*) from webhook_deliveries d where d.webhook_id = w.id and d.state = 'waiting') as waiting
  from webhooks w left join projects p on p.id = w.project_id
 where w.tenant_id = %(tenant_id)s and (%(only)s::text is null or p.slug = %(only)s)
   and (%(webhook_id)s::uuid is null or w.id = %(webhook_id)s)
 order by w.created_at, w.id;

-- name: newest_deliveries
select l.webhook_id,
       l.id, l.event, l.run_id, l.state, l.tries, l.next_try_at, l.status, l.error, l.created_at, l.delivered_at
  from webhooks w,
       lateral (select d.webhook_id,
-- insert: delivery_columns
                  from webhook_deliveries d where d.webhook_id = w.id order by d.created_at desc limit 1) l
 where w.tenant_id = %(tenant_id)s and w.id = any(%(webhook_ids)s);

-- name: get_delivery
select
-- insert: delivery_columns
  from webhook_deliveries d where d.id = %(id)s and d.tenant_id = %(tenant_id)s;

-- name: list_deliveries
select
-- insert: delivery_columns
  from webhook_deliveries d
 where d.webhook_id = %(webhook_id)s and d.tenant_id = %(tenant_id)s
 order by d.created_at desc, d.id limit %(limit)s offset %(offset)s;

-- name: count_deliveries
select count(*) from webhook_deliveries d where d.webhook_id = %(webhook_id)s and d.tenant_id = %(tenant_id)s;
