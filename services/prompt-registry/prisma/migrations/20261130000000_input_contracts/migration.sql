-- Input contracts: what the variables of a version must be, and what a prompt does about it. Everything is added, so that processes of
-- the release before work on the same tables.

alter table prompt_versions
  -- As JSON text: the order of keys may not change. What the author gave; null: nothing.
  add column authored_schema json,
  -- What every render of the program needs. Null: not inferred yet.
  add column inferred_schema json,
  -- The body that the schemas belong to. Processes of the release before write a body without it.
  add column schema_revision bigint,
  add constraint prompt_versions_authored_schema_size check (octet_length(authored_schema::text) <= 65536),
  add constraint prompt_versions_authored_schema check (authored_schema is null or inferred_schema is not null);
create index prompt_versions_schema_unknown on prompt_versions (id) where inferred_schema is null;

alter table prompts
  add column contract varchar(10) not null default 'off',
  add constraint prompts_contract check (contract in ('off', 'warn', 'enforce'));
-- What must be published with its contract.
create index prompts_contract on prompts (id) where contract <> 'off';

-- A process of the release before that writes a draft says nothing of schemas: they belong to what the draft was.
create function forget_schemas() returns trigger language plpgsql as $$
begin
  new.authored_schema := null;
  new.inferred_schema := null;
  new.schema_revision := null;
  return new;
end $$;
create trigger prompt_versions_forget_schemas before update of body_revision on prompt_versions
  for each row when (new.body_revision <> old.body_revision
    and new.schema_revision is not distinct from old.schema_revision)
  execute function forget_schemas();

-- A version that has left `draft` is immutable in all that it holds. What every render needs follows from that, and may be inferred later.
create trigger prompt_versions_schemas_immutable before update on prompt_versions
  for each row when (old.status <> 'draft' and (
    new.authored_schema::text is distinct from old.authored_schema::text
    or (old.inferred_schema is not null and new.inferred_schema::text is distinct from old.inferred_schema::text)))
  execute function refuse_template_change();
