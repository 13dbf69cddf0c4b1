-- name: project
insert into projects (tenant_id, slug) values (%(tenant_id)s, 'acme/shop') returning id;

-- name: runs
-- Eight runs a day, the newest an hour ago; every tenth on a branch, every third commit built twice.
insert into runs (id, tenant_id, project_id, origin, status, conclusion, branch, commit_sha, worker_count, total_tests,
                  listed_tests, passed_tests, created_at, started_at, completed_at, closed, folded_at)
select gen_random_uuid(), %(tenant_id)s, %(project_id)s, 'orchestrated', 'completed', 'passed',
       case when n %% 10 = 9 then 'feature-' || n / 30 else 'main' end, md5((n - (n %% 3) / 2)::text), 20, %(each)s,
       %(each)s, %(each)s, ended - interval '10 minutes', ended - interval '10 minutes', ended, true, ended
  from generate_series(1, %(runs)s) n,
       lateral (select now() - interval '1 hour' - (%(runs)s - n) * interval '3 hours' as ended) x
returning id, completed_at;

-- name: known
insert into known_tests (tenant_id, project_id, test_id, file, project_name, title_path, line, tags, p50_ms, p95_ms,
                         p99_ms, first_seen_at, last_seen_at, last_run_id, last_outcome, last_passed_at)
select %(tenant_id)s, %(project_id)s, left(md5(n::text), 20), 'tests/area' || n %% 20 || '/page-' || n / 40 || '.spec.ts',
       'chromium', array['checkout', 'as a guest', 'test ' || n], 10 + n %% 40, '{@smoke}', 1200 + n %% 50,
       1500 + n %% 90, 1700 + n %% 90, now() - interval '60 days', now(), gen_random_uuid(), 'passed', now()
  from generate_series(1, %(tests)s) n;

-- name: durations
insert into test_history (project_id, tenant_id, test_id, file, project_name, title_path, durations_ms, p50_ms, runs, last_seen_at)
select project_id, tenant_id, test_id, file, project_name, title_path, array_fill(p50_ms, array[50]), p50_ms, 50, now()
  from known_tests where tenant_id = %(tenant_id)s;

-- name: facts
-- One test in fifty is flaky (at 2 to 40 %), one in five hundred broken since the middle; the rest passes. Each run has a
-- fifth of the suite. What is random is a hash of test and run.
insert into test_results (tenant_id, project_id, run_id, test_ref, ended_at, outcome, retried, burst, quarantined, attempts,
                          failed_attempts, duration_ms, failed_ms, limit_ms, position, ran_after, worker, error_digest, causes)
select %(tenant_id)s, %(project_id)s, %(run_id)s, k.id, %(ended_at)s, case when broken then 'failed' else 'passed' end,
       flaky, false, false, case when flaky or broken then 2 else 1 end, case when broken then 2 when flaky then 1 else 0 end,
       1200, case when flaky or broken then 600 else 0 end, case when flaky then 30000 end, k.id %% 40,
       k.id - 1, 'runner-' || k.id %% 20, case when flaky or broken then left(md5((k.id %% 300)::text), 16) end,
       case when flaky then '{timeout}'::text[] else '{}' end
  from known_tests k,
       lateral (select k.id / 5 %% 50 = 7 and abs(hashint8(k.id * 7919 + %(n)s)) %% 100 < 2 + k.id / 5 %% 39 as flaky,
                       k.id / 5 %% 500 = 3 and %(n)s > %(middle)s as broken) x
 where k.tenant_id = %(tenant_id)s and k.id %% %(fifths)s = %(n)s %% %(fifths)s;

-- name: groups
insert into error_groups (tenant_id, project_id, digest, message, sample, kind, first_seen_at, last_seen_at)
select %(tenant_id)s, %(project_id)s, left(md5(n::text), 16), 'expect(locator).toBeVisible() failed: page ' || n,
       'expect(locator).toBeVisible() failed: page ' || n, 'assertion', now() - interval '60 days', now()
  from generate_series(0, 299) n;

-- name: occurrences
insert into error_occurrences (tenant_id, project_id, group_id, run_id, test_ref, attempts, ended_at)
select f.tenant_id, f.project_id, g.id, f.run_id, f.test_ref, f.failed_attempts, f.ended_at
  from test_results f join error_groups g on g.project_id = f.project_id and g.digest = f.error_digest
 where f.tenant_id = %(tenant_id)s and f.error_digest is not null;

-- name: ledger_run
insert into runs (id, tenant_id, project_id, origin, status, conclusion, branch, commit_sha, worker_count, total_tests,
                  listed_tests, passed_tests, created_at, started_at, completed_at, closed)
values (gen_random_uuid(), %(tenant_id)s, %(project_id)s, 'orchestrated', 'completed', 'failed', 'main', md5(random()::text), 20,
        %(each)s, %(each)s, %(each)s, now(), now(), now(), true)
returning id;

-- name: ledger
-- Attempts as a Playwright reporter sends them; one test in fifty has failed, half of these passed on their retry.
insert into tests (run_id, test_id, tenant_id, file, project_name, title_path, line, tags, shard_index, outcome, raw_status,
                   flaky, retry_count, duration_ms, error_message, attempts, revision, worker, started_at, finished_at)
select %(run_id)s, k.test_id, k.tenant_id, k.file, k.project_name, k.title_path, k.line, k.tags, 0,
       case when k.id / 5 %% 100 = 7 then 'failed' else 'passed' end, case when k.id / 5 %% 100 = 7 then 'failed' else 'passed' end,
       k.id / 5 %% 100 = 57, case when k.id / 5 %% 50 = 7 then 1 else 0 end, 1200,
       case when k.id / 5 %% 100 = 7 then e.message end,
       case when k.id / 5 %% 50 = 7 then jsonb_build_array(failed.attempt, last.attempt || jsonb_build_object('attempt', 1))
            else jsonb_build_array(last.attempt) end,
       1, 'runner-' || k.id %% 20, now() - interval '10 minutes' + k.id %% 600 * interval '1 second', now()
  from known_tests k,
       lateral (select 'Error: expect(locator).toBeVisible() failed: page ' || k.id %% 300 || repeat(E'\n  - waiting', 40) as message) e,
       lateral (select jsonb_build_object('attempt', 0, 'status', 'failed', 'durationMs', 700, 'workerIndex', k.id %% 8,
                                          'errors', jsonb_build_array(jsonb_build_object('message', e.message))) as attempt) failed,
       lateral (select jsonb_build_object('attempt', 0, 'status', 'passed', 'durationMs', 500, 'workerIndex', k.id %% 8,
                       'steps', jsonb_build_array(
                           jsonb_build_object('title', 'page.goto(/checkout)', 'category', 'pw:api', 'durationMs', 300),
                           jsonb_build_object('title', 'expect.toBeVisible', 'category', 'expect', 'durationMs', 40)))
                       || case when k.id / 5 %% 100 = 7 then jsonb_build_object('status', 'failed',
                               'errors', jsonb_build_array(jsonb_build_object('message', e.message))) else '{}'::jsonb end as attempt) last
 where k.tenant_id = %(tenant_id)s and k.id %% %(fifths)s = 2 %% %(fifths)s;
