-- What a version's content is, in one number, and who wrote it. Everything is added, so that processes of the release before work on the same
-- tables; the service fills the columns of older versions after its start.

alter table prompt_versions
  -- SHA-256 of the program in its canonical form. Null: not computed yet.
  add column content_hash     bytea,
  -- The people who created or edited the version, and those of the version that it was duplicated from. Null: not known yet, or a key has written
  -- whose maker identity has not named yet; then the audit says it.
  add column contributors     uuid[],
  -- Keys that wrote, and were gone before anybody knew their makers.
  add column contributor_keys uuid[]  not null default '{}',
  -- Rises with each write of the content by processes that know these columns.
  add column edits            integer not null default 0,
  add constraint prompt_versions_content_hash check (octet_length(content_hash) = 32);
create index prompt_versions_facts_unknown on prompt_versions (id) where content_hash is null or contributors is null;

-- A process of the release before that writes a draft says nothing of these.
create function forget_content_facts() returns trigger language plpgsql as $$
begin
  new.content_hash := null;
  new.contributors := null;
  new.contributor_keys := '{}';
  return new;
end $$;
create trigger prompt_versions_forget_facts before update of template, body_revision, note on prompt_versions
  for each row when (new.edits = old.edits
    and (new.body_revision <> old.body_revision or new.template <> old.template or new.note <> old.note))
  execute function forget_content_facts();

-- A version that has left `draft` is immutable, and so is its hash once it is known.
create trigger prompt_versions_hash_immutable before update on prompt_versions
  for each row when (old.status <> 'draft' and old.content_hash is not null
    and new.content_hash is distinct from old.content_hash)
  execute function refuse_template_change();
