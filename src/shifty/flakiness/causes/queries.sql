-- name: siblings
-- The same test in other browser projects: of each of these tests.
select k.id as ref, s.id as sibling, s.project_name
  from known_tests k
  join known_tests s on s.project_id = k.project_id and s.file = k.file and s.title_path = k.title_path and s.id <> k.id
   and s.project_name <> k.project_name
 where k.id = any(%(refs)s) and k.tenant_id = %(tenant_id)s and s.tenant_id = %(tenant_id)s
 order by k.id, s.last_seen_at desc, s.id;
