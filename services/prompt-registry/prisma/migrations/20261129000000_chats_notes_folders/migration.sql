-- Conversations, model configuration, notes, authors and folders. Everything is added, so that processes of the release before
-- work on the same tables.

alter table prompt_versions
  -- A conversation as it was written; `template` is then the program that is linked from it. Null: the version is one text.
  add column messages   json,
  -- As JSON text: neither the digits of its numbers nor the order of its keys may change.
  add column config     json,
  -- What makes the messages from the program, and where its stretches come from.
  add column outline    json,
  add column sources    json,
  add column note       text not null default '',
  -- Who created it; null for versions that are older than this.
  add column actor_kind varchar(20),
  add column actor_id   uuid,
  add constraint prompt_versions_note_length check (char_length(note) <= 2000),
  add constraint prompt_versions_config_size check (octet_length(config::text) <= 65536),
  add constraint prompt_versions_chat check ((messages is null) = (outline is null)),
  add constraint prompt_versions_actor check ((actor_kind is null) = (actor_id is null)),
  add constraint prompt_versions_actor_kind check (actor_kind in ('user', 'api-key'));

alter table prompts
  -- Compared by bytes, so that a folder and those below it are one range of an index.
  add column folder         varchar(255) collate "C" not null default '',
  -- The words of the folder, apart from those of `search`: processes of the release before write that column without them.
  add column folder_search  tsvector not null default '',
  add column actor_kind     varchar(20),
  add column actor_id       uuid,
  -- The words of the live version, else of the newest that is not archived. Null: not gathered yet.
  add column content_search tsvector,
  add constraint prompts_actor check ((actor_kind is null) = (actor_id is null)),
  add constraint prompts_actor_kind check (actor_kind in ('user', 'api-key'));
create index prompts_team_folder on prompts (team_id, folder);
-- The index of `search` alone stays: processes of the release before search by it.
create index prompts_search_folder on prompts using gin ((search || folder_search));
create index prompts_content_search on prompts using gin (content_search);
create index prompts_content_unknown on prompts (id) where content_search is null;

-- Processes that gather the words of a version themselves say so in the transaction. For all others, such as those of the release
-- before, the words become unknown with any change of a version, and are gathered by the chore.
-- With a search path of its own: a restore writes rows by qualified names alone.
create function forget_content() returns trigger language plpgsql set search_path from current as $$
begin
  if current_setting('px0.gathers_content', true) is distinct from 'on' then
    update prompts set content_search = null
    where id = coalesce(new.prompt_id, old.prompt_id) and content_search is not null;
  end if;
  return null;
end $$;
create trigger prompt_versions_content
  after insert or delete or update of status, template, messages, config on prompt_versions
  for each row execute function forget_content();

-- A process of the release before writes a draft's template alone. A conversation that it overwrites is then one text.
create function become_text() returns trigger language plpgsql as $$
begin
  new.messages := null;
  new.outline := null;
  new.sources := null;
  return new;
end $$;
create trigger prompt_versions_become_text before update of template on prompt_versions
  for each row when (old.messages is not null and new.template <> old.template
    and new.messages::text is not distinct from old.messages::text
    and new.outline::text is not distinct from old.outline::text
    and new.sources::text is not distinct from old.sources::text)
  execute function become_text();

-- What must be published with more than its template.
create index prompt_versions_live_program on prompt_versions (prompt_id)
  where status = 'live' and (outline is not null or config is not null);

-- A version that has left `draft` is immutable in all that it holds.
create or replace function refuse_template_change() returns trigger language plpgsql as $$
begin
  raise exception 'the content of version % of prompt % is immutable: it is no draft', old.version, old.prompt_id;
end $$;
drop trigger prompt_versions_immutable on prompt_versions;
create trigger prompt_versions_immutable before update on prompt_versions
  for each row when (old.status <> 'draft' and (
    new.template <> old.template or new.body_revision <> old.body_revision or new.note <> old.note
    or new.messages::text is distinct from old.messages::text or new.config::text is distinct from old.config::text
    or new.outline::text is distinct from old.outline::text or new.sources::text is distinct from old.sources::text
    or new.actor_kind is distinct from old.actor_kind or new.actor_id is distinct from old.actor_id))
  execute function refuse_template_change();

-- What people write freely is kept beside the entry, which holds a commitment to it: the text can be erased, the entry stays as it was.
alter table audit_entries add column reason_commitment char(43);
create table audit_texts (
  entry_id  bigint primary key references audit_entries (id) on delete cascade,
  salt      bytea,
  text      text,
  erased_at timestamptz,
  constraint audit_texts_erased check ((erased_at is null) = (text is not null) and (salt is null) = (text is null))
);
