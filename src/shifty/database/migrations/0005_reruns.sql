-- Reruns: which run one repeats, and of each listed test what planning it again needs.
alter table runs add column rerun_of uuid references runs on delete set null;
create index runs_reruns on runs (rerun_of) where rerun_of is not null;

alter table tests
    add column serial   text,                            -- tests of one file with the same key depend on each other's order
    add column parallel boolean not null default false,  -- it may run apart from the rest of its file
    add column repeat   int not null default 0;          -- Playwright's repeatEachIndex

-- Lists: what is asked for by branch or commit is rare among all runs of a tenant.
create index runs_branch on runs (tenant_id, branch, created_at desc, id desc);
create index runs_commit on runs (tenant_id, commit_sha) where commit_sha is not null;
