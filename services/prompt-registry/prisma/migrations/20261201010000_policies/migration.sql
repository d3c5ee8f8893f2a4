-- Policies: what has to hold before a prompt is changed in a way that its callers notice. Everything is added, so that processes of the
-- release before work on the same tables.

create table prompt_policies (
  id         uuid primary key,
  -- One of the two: what it holds for.
  org_id     uuid,
  team_id    uuid,
  name       text not null,
  -- The name in lower case, by the service.
  name_key   text not null,
  -- What its author chose, as on the wire.
  rule       jsonb not null,
  enabled    boolean not null,
  revision   bigint not null default 1,
  created_by uuid not null,
  updated_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  constraint prompt_policies_scope check (num_nonnulls(org_id, team_id) = 1)
);
create unique index prompt_policies_org_name on prompt_policies (org_id, name_key) where org_id is not null;
create unique index prompt_policies_team_name on prompt_policies (team_id, name_key) where team_id is not null;

-- What is done to policies is about no prompt, and to those of an organization about no team.
alter table audit_entries
  alter column prompt_id drop not null,
  alter column team_id drop not null;
