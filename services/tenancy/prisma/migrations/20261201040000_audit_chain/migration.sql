-- The audit becomes a chain for each organization. Everything is added, so that processes of the release before work on the same tables.

ALTER TABLE audit_entries
  ADD COLUMN via               text,
  ADD COLUMN reason_commitment char(43);

-- What people write freely is kept beside the entry, which holds a commitment to it: the text can be erased, the entry stays as it was.
CREATE TABLE audit_texts (
  entry_id  bigint PRIMARY KEY REFERENCES audit_entries (id) ON DELETE CASCADE,
  salt      bytea,
  text      text,
  erased_at timestamptz,
  CONSTRAINT audit_texts_erased CHECK ((erased_at IS NULL) = (text IS NOT NULL) AND (salt IS NULL) = (text IS NULL))
);

-- Entries as the chain has them. A later release may add to the view, never change what it says of an entry that is sealed.
CREATE VIEW audit_wire AS
  SELECT id, org_id, created_at AS at, action, actor_kind,
         CASE WHEN actor_kind = 'user' THEN actor_id END AS actor_user_id, api_key_id AS actor_key_id,
         actor_id AS actor_person_id, via, team_id, NULL::uuid AS prompt_id, NULL::text AS slug, NULL::int AS version, user_id,
         NULL::uuid AS change_request_id, details, reason_commitment::text AS reason_commitment
    FROM audit_entries;

-- The audit chain's tables. Each service that owns state has them in its own schema: this text stands in one of its migrations.

-- Entries that are in no chain yet. A trigger adds them, so that a process of the release before, which knows no chain, leaves none out.
create table audit_unsealed (
  entry_id bigint      primary key,
  first    boolean     not null default false,             -- goes before all others: what a restore writes
  since    timestamptz not null default clock_timestamp()
);
create function note_unsealed_entries() returns trigger language plpgsql as $$
begin
  insert into audit_unsealed (entry_id) select id from added;
  return null;
end $$;
create trigger audit_entries_unsealed after insert on audit_entries
  referencing new table as added for each statement execute function note_unsealed_entries();

-- Entries go with retention only, which says so in its transaction: a process of the release before would delete those of deleted teams.
create function keep_audit_entries() returns trigger language plpgsql as $$
begin
  if current_setting('px0.prunes_audit', true) = 'on' then return old; end if;
  return null;
end $$;
create trigger audit_entries_kept before delete on audit_entries
  for each row execute function keep_audit_entries();

-- The place of each entry in the chain of its organization.
create table audit_chain (
  org_id   uuid   not null,
  number   bigint not null,
  entry_id bigint not null unique,
  hash     bytea  not null,
  primary key (org_id, number)
);

create table audit_heads (
  org_id           uuid   primary key,
  number           bigint not null,
  hash             bytea  not null,
  published_number bigint not null default 0,             -- the stream of activity has all up to here
  anchor_number    bigint not null default 0,             -- what retention has removed up to here
  anchor_hash      bytea                                  -- of that entry; null while none has been removed
);
create index audit_heads_unpublished on audit_heads (org_id) where published_number < number;

-- One row. Entries of before this migration are sealed in steps; the trigger notes those that come after, since its creation waited for all
-- writers.
create table audit_sealing (
  only_row       boolean primary key default true check (only_row),
  next_old       bigint  not null default 1,
  last_old       bigint  not null,
  stream_created text    not null default ''              -- the stream of activity that published_number speaks of
);
insert into audit_sealing (last_old) select coalesce(max(id), 0) from audit_entries;
