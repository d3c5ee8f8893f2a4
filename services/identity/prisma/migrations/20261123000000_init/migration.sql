-- Identity's tables. Names are unqualified: the connection's search_path is the service's schema.
--
-- No secret stands here in clear: passwords are Argon2id hashes, codes and keys are digests, session tokens are not stored at
-- all, and the private halves of the signing keys are encrypted with a key derived from PX0_SECRET_KEY.

-- Sessions are numbered per user. Those below session_floor and those in `revoked` are dead; every reader learns of both from
-- the user's event. A session that merely expired is in neither.
CREATE TABLE users (
  id            uuid PRIMARY KEY,
  email         varchar(255) NOT NULL,
  password_hash text NOT NULL,
  is_admin      boolean NOT NULL,
  is_verified   boolean NOT NULL,
  placement     jsonb NOT NULL,
  next_session  integer NOT NULL DEFAULT 1,
  session_floor integer NOT NULL DEFAULT 1,
  revoked       int4multirange NOT NULL DEFAULT '{}',
  created_at    timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp())
);

-- The spelling entered is kept; comparison ignores the case of ASCII letters, whatever the database's locale.
CREATE UNIQUE INDEX users_email ON users (lower(email COLLATE "C"));
CREATE INDEX users_revoked ON users (id) WHERE NOT isempty(revoked);

-- A row is a session that may still be used: it goes when the session ends or expires.
CREATE TABLE sessions (
  user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  number     integer NOT NULL,
  id         uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, number)
);

CREATE INDEX sessions_expiring ON sessions (expires_at);

-- One row per user: a new code replaces the old one. A code of six digits is an HMAC under a key that the database does not hold.
CREATE TABLE verification_codes (
  user_id    uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  code_hash  bytea NOT NULL,
  attempts   integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);

CREATE TABLE password_reset_codes (
  user_id    uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  code_hash  bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);

-- created_by has no foreign key: a key belongs to its organization and outlives the account that made it.
CREATE TABLE api_keys (
  id           uuid PRIMARY KEY,
  ordinal      bigint GENERATED ALWAYS AS IDENTITY,
  key_hash     text NOT NULL UNIQUE,
  org_id       uuid NOT NULL,
  name         varchar(255) NOT NULL,
  scope_kind   text NOT NULL CHECK (scope_kind IN ('organization', 'teams')),
  operation    text NOT NULL CHECK (operation IN ('read_render', 'all', 'admin')),
  created_by   uuid NOT NULL,
  rotated_from uuid,
  created_at   timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  expires_at   timestamptz,
  last_used_at timestamptz
);

CREATE INDEX api_keys_listed ON api_keys (org_id, ordinal DESC);
CREATE INDEX api_keys_expiring ON api_keys (expires_at) WHERE expires_at IS NOT NULL;

-- Rows of keys whose scope_kind is `teams`; position is the order given at creation.
CREATE TABLE api_key_teams (
  api_key_id uuid NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
  team_id    uuid NOT NULL,
  position   integer NOT NULL,
  PRIMARY KEY (api_key_id, team_id)
);

CREATE INDEX api_key_teams_of_team ON api_key_teams (team_id);

-- private_key: AES-256-GCM, nonce | ciphertext | tag, with the kid as associated data.
CREATE TABLE signing_keys (
  kid          text PRIMARY KEY,
  public_jwk   jsonb NOT NULL,
  private_key  bytea NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  activates_at timestamptz NOT NULL,
  retires_at   timestamptz
);

-- What is to be sent to whom. A code is made when its mail is sent, so none is here. One row per user and kind: a newer wish
-- for the same mail is the same row, due at once.
CREATE TABLE mail_queue (
  id              uuid PRIMARY KEY,
  user_id         uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind            text NOT NULL CHECK (kind IN ('verification', 'password-reset', 'email-changed', 'already-registered', 'added-to-team')),
  recipient       varchar(255) NOT NULL,
  attempts        integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until     timestamptz,
  last_error      text
);

CREATE UNIQUE INDEX mail_queue_one_code ON mail_queue (user_id, kind) WHERE kind <> 'email-changed';
CREATE INDEX mail_queue_due ON mail_queue (next_attempt_at);

-- Attempts and rates when there is no Redis. Unlogged: after a crash everybody starts from zero, which is right.
CREATE UNLOGGED TABLE rate_limits (
  key    varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);

-- No foreign keys: entries outlive what they tell of. Ids only, never names of people.
CREATE TABLE audit_entries (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action     text NOT NULL,
  user_id    uuid,
  actor_id   uuid,
  org_id     uuid,
  api_key_id uuid,
  details    jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX audit_entries_of_user ON audit_entries (user_id, id);
CREATE INDEX audit_entries_of_org ON audit_entries (org_id, id);

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
