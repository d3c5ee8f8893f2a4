-- Tenancy's tables. Names are unqualified: the connection's search_path is the service's schema.
--
-- Moments are clock_timestamp(), not now(): rows written under an organization's lock are then in the order of their
-- writing, which pages ("by created_at") and "the member of longest standing" rely on.

-- A copy of identity's users, kept by the placement saga. A deleted user's row stays, emptied of its data, so that an older
-- event delivered late cannot bring the user back.
CREATE TABLE users (
  id          uuid PRIMARY KEY,
  revision    bigint NOT NULL,
  email       text NOT NULL,
  is_admin    boolean NOT NULL,
  is_verified boolean NOT NULL,
  created_at  timestamptz NOT NULL,
  deleted_at  timestamptz
);

-- deleted_at marks what is gone for every reader, and whose children the sweeper is still removing. name_key is the name in
-- lower case by Unicode's rules, made by the service: lower() depends on the database's locale.
CREATE TABLE organizations (
  id          uuid PRIMARY KEY,
  name        varchar(255) NOT NULL,
  name_key    text NOT NULL,
  name_exempt boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  deleted_at  timestamptz
);

-- Registration gives every new user an organization of the same name, so those rows are exempt.
CREATE UNIQUE INDEX organizations_name_unique ON organizations (name_key) WHERE NOT name_exempt AND deleted_at IS NULL;
CREATE INDEX organizations_name ON organizations (name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX organizations_deleted ON organizations (id) WHERE deleted_at IS NOT NULL;

CREATE TABLE teams (
  id         uuid PRIMARY KEY,
  org_id     uuid NOT NULL REFERENCES organizations (id),
  name       varchar(255) NOT NULL,
  name_key   text NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  deleted_at timestamptz
);

CREATE UNIQUE INDEX teams_one_default ON teams (org_id) WHERE is_default;
CREATE UNIQUE INDEX teams_name_unique ON teams (org_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX teams_listed ON teams (org_id, name COLLATE "C", id);
CREATE INDEX teams_deleted ON teams (id) WHERE deleted_at IS NOT NULL;

-- user_created_at repeats a fact of the user that never changes, so that a page of an organization's people is read from an
-- index instead of sorting all of them.
CREATE TABLE memberships (
  team_id         uuid NOT NULL REFERENCES teams (id),
  user_id         uuid NOT NULL REFERENCES users (id),
  role            text NOT NULL CHECK (role IN ('admin', 'editor', 'viewer')),
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  user_created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, user_id)
);

CREATE INDEX memberships_of_user ON memberships (user_id, team_id);
CREATE INDEX memberships_listed ON memberships (team_id, created_at, user_id);
CREATE INDEX memberships_people ON memberships (team_id, user_created_at, user_id);
CREATE INDEX memberships_admins ON memberships (team_id, created_at, user_id) WHERE role = 'admin';

CREATE TABLE join_requests (
  id         uuid PRIMARY KEY,
  team_id    uuid NOT NULL REFERENCES teams (id),
  user_id    uuid NOT NULL REFERENCES users (id),
  status     text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE UNIQUE INDEX join_requests_one_pending ON join_requests (team_id, user_id) WHERE status = 'pending';
CREATE INDEX join_requests_inbox ON join_requests (team_id, created_at, id) WHERE status = 'pending';
CREATE INDEX join_requests_of_team ON join_requests (team_id);
CREATE INDEX join_requests_of_user ON join_requests (user_id);

-- No foreign keys: entries outlive what they tell of. Ids only, never names of people.
CREATE TABLE audit_entries (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org_id     uuid NOT NULL,
  action     text NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'api-key', 'system')),
  actor_id   uuid,
  api_key_id uuid,
  team_id    uuid,
  user_id    uuid,
  details    jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX audit_entries_of_org ON audit_entries (org_id, id);

-- What a reader may see: everything below a deleted parent counts as deleted.
CREATE VIEW live_teams AS
  SELECT t.id, t.org_id, t.name, t.name_key, t.is_default, t.created_at
    FROM teams t
    JOIN organizations o ON o.id = t.org_id
   WHERE t.deleted_at IS NULL AND o.deleted_at IS NULL;

CREATE VIEW live_memberships AS
  SELECT m.team_id, m.user_id, m.role, m.created_at, m.user_created_at, t.org_id, t.is_default
    FROM memberships m
    JOIN live_teams t ON t.id = m.team_id;

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
