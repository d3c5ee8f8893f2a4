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
