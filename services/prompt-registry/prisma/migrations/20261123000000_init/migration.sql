-- The registry's own truth. The invariants that matter to users are kept here, where no race can get round them:
-- one live version per prompt, version numbers never reused, a tag on one version, names and slugs unique per team.

create table prompts (
  id           uuid primary key,
  team_id      uuid not null,
  slug         varchar(255) not null,
  name         varchar(255) not null,
  description  text not null default '',
  status       varchar(50) not null default 'active',
  -- The number that the next version gets. It only rises, so the number of a deleted draft is never given out again.
  next_version integer not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  -- The words of name, slug and description, made by the service: the database's own parser depends on its locale.
  search       tsvector not null default '',
  constraint prompts_slug_not_empty check (slug <> ''),
  constraint prompts_name_not_empty check (name <> ''),
  constraint prompts_description_length check (char_length(description) <= 16384),
  constraint prompts_status check (status in ('active', 'archived')),
  constraint prompts_next_version check (next_version >= 1),
  constraint prompts_team_slug unique (team_id, slug),
  constraint prompts_team_name unique (team_id, name)
);
create index prompts_slug on prompts (slug);
create index prompts_team_created on prompts (team_id, created_at desc, id);
create index prompts_team_updated on prompts (team_id, updated_at desc, id);
create index prompts_search on prompts using gin (search);

create table prompt_versions (
  id            uuid primary key,
  prompt_id     uuid not null references prompts (id) on delete cascade,
  version       integer not null,
  template      text not null,
  -- What the template reads, inferred when it was saved: lists must not compile every template again.
  variables     jsonb not null default '[]',
  status        varchar(50) not null default 'draft',
  -- The outbox revision of the body's subject; readers use it to tell a stale body from the one that the prompt names.
  body_revision bigint not null,
  created_at    timestamptz not null default now(),
  published_at  timestamptz,
  constraint prompt_versions_number check (version >= 1),
  constraint prompt_versions_template_size check (octet_length(template) between 1 and 524288),
  constraint prompt_versions_status check (status in ('draft', 'stable', 'live', 'archived')),
  constraint prompt_versions_prompt_version unique (prompt_id, version)
);
create unique index prompt_versions_one_live on prompt_versions (prompt_id) where status = 'live';
create index prompt_versions_status on prompt_versions (prompt_id, status);

create table prompt_tags (
  id         uuid primary key default gen_random_uuid(),
  prompt_id  uuid not null references prompts (id) on delete cascade,
  tag        varchar(50) collate "C" not null,
  version    integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint prompt_tags_format check (tag ~ '^[A-Za-z0-9._-]{1,50}$'),
  constraint prompt_tags_prompt_tag unique (prompt_id, tag),
  constraint prompt_tags_version foreign key (prompt_id, version)
    references prompt_versions (prompt_id, version) on delete cascade
);
create index prompt_tags_prompt_version on prompt_tags (prompt_id, version);
create index prompt_tags_tag on prompt_tags (tag);

create table prompt_payloads (
  id         uuid primary key,
  prompt_id  uuid not null references prompts (id) on delete cascade,
  name       varchar(255),
  variables  jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index prompt_payloads_prompt_created on prompt_payloads (prompt_id, created_at desc, id);

-- A template leaves `draft` and is immutable from then on. Commands say so with the contract's words; this says it to everyone else.
create function refuse_template_change() returns trigger language plpgsql as $$
begin
  raise exception 'the template of version % of prompt % is immutable: it is no draft', old.version, old.prompt_id;
end $$;
create trigger prompt_versions_immutable before update on prompt_versions
  for each row when (old.status <> 'draft' and (new.template <> old.template or new.body_revision <> old.body_revision))
  execute function refuse_template_change();

-- Who did what. Written in the transaction of the change; no row is ever altered, and rows go only with their prompt's team.
create table audit_entries (
  id         bigint generated always as identity primary key,
  prompt_id  uuid not null,
  team_id    uuid not null,
  at         timestamptz not null default clock_timestamp(),
  actor_kind varchar(20) not null,
  actor_id   uuid not null,
  action     varchar(50) not null,
  version    integer,
  detail     jsonb not null default '{}',
  constraint audit_entries_actor_kind check (actor_kind in ('user', 'api-key'))
);
create index audit_entries_prompt on audit_entries (prompt_id, id desc);
create index audit_entries_team on audit_entries (team_id, id desc);
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit entries are never altered';
end $$;
create trigger audit_entries_immutable before update on audit_entries
  for each row execute function refuse_audit_change();

-- Teams that tenancy has deleted. The row is written at once and refuses late writers; the team's prompts go in bounded steps.
create table deleted_teams (
  team_id     uuid primary key,
  deleted_at  timestamptz not null default now(),
  finished_at timestamptz
);
create index deleted_teams_unfinished on deleted_teams (deleted_at) where finished_at is null;

-- Renders per prompt version and hour, summed up from the replicas' messages.
create table render_usage (
  prompt_id uuid not null,
  version   integer not null,
  hour      timestamptz not null,
  renders   bigint not null,
  failures  bigint not null,
  primary key (prompt_id, hour, version)
);
create index render_usage_hour on render_usage (hour);
-- Messages that were counted: a repeated delivery finds its row and is not counted again.
create table usage_windows (
  process       text not null,
  window_number bigint not null,
  counted_at    timestamptz not null default now(),
  primary key (process, window_number)
);
create index usage_windows_counted on usage_windows (counted_at);

-- RFC 3339 in UTC with microseconds, trailing zeros of the fraction dropped: the wire's form, which a JavaScript Date cannot hold.
create function wire_time(moment timestamptz) returns text language sql stable as $$
  select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
    || rtrim(rtrim(to_char(moment at time zone 'UTC', '.US'), '0'), '.') || 'Z'
$$;

-- The event core's tables. Each service that owns state has them in its own schema: this text stands in its first migration.

-- One row per subject; the row outlives the entity, so that an entity deleted and created again goes on counting its revisions.
-- A row with published_revision < revision is owed to the stream.
create table outbox (
  subject            text        primary key,             -- without the stream prefix
  stream             text        not null check (stream in ('state', 'body')),
  aggregate          text        not null,                -- what its order of publication is kept within: a prompt's id, or the subject
  ordinal            smallint    not null,                -- 0 body, 1 state, 2 the context's complete: published in this order
  revision           bigint      not null,
  payload            text,                                -- the newest state as JSON; null for a tombstone
  deleted            boolean     not null,
  changed_at         timestamptz not null,
  published_revision bigint      not null default 0,
  last_sequence      bigint      not null default 0,      -- of the subject's last message in its stream, as far as known
  epoch              text        not null default '',     -- the epoch in which published_revision and last_sequence hold
  owed_since         timestamptz not null,
  lease_owner        uuid,
  lease_until        timestamptz,
  traceparent        text
) with (fillfactor = 80);

-- Few rows are owed at a time: the relay and the end of each request look here only.
create index outbox_owed on outbox (owed_since) where published_revision < revision;
create index outbox_owed_bodies on outbox (aggregate) where published_revision < revision and ordinal = 0;
-- The greatest sequence published in an epoch, and the rows that an epoch has not called owed yet.
create index outbox_epoch on outbox (epoch, last_sequence) where stream = 'state';
create index outbox_epoch_bodies on outbox (epoch, last_sequence) where stream = 'body';
-- What `npm run compact` looks for.
create index outbox_tombstones on outbox (changed_at) where deleted;

-- What a context knows of the streams as a whole. One row.
create table outbox_control (
  only_row           boolean     primary key default true check (only_row),
  epoch              text        not null default '',
  epoch_sequence     bigint      not null default 0,      -- of the epoch's event: only messages above it belong to the epoch
  called_owed_at     timestamptz,                         -- complete waits for all that was owed then
  body_stream        text        not null default '',     -- creation time of the body stream that the rows were published to
  revision_floor     bigint      not null default 0       -- a new row starts above it: no compacted revision is given twice
);
insert into outbox_control default values;

-- How far each saga has come. position: where it goes on reading; published_position: what may be reported as applied.
create table saga (
  name               text        primary key,
  epoch              text        not null default '',
  position           bigint      not null default 0,
  published_position bigint      not null default 0,
  leader             uuid,                                -- fences a replica that lost the lead but does not know it yet
  updated_at         timestamptz not null default now()
);

-- Events whose effect failed again and again; retried hourly, removed by the first success for their subject.
create table saga_parked (
  saga               text        not null,
  subject            text        not null,
  revision           bigint      not null,
  event              text        not null,
  error              text        not null,
  attempts           integer     not null,
  parked_at          timestamptz not null default now(),
  retry_at           timestamptz not null,
  primary key (saga, subject)
);
create index saga_parked_due on saga_parked (saga, retry_at);
