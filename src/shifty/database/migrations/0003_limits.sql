-- What a tenant's plan allows. Null is unlimited.
alter table tenants
    add column retention_days        int not null default 30 check (retention_days between 1 and 3650),
    add column max_storage_bytes     bigint check (max_storage_bytes >= 0),
    add column max_workers           int check (max_workers >= 1),
    add column max_minutes_per_month int check (max_minutes_per_month >= 0);
