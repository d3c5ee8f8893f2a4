-- Which keys render which versions, and why renders fail. Everything is added, so that processes of the release before work on the same tables.

create table key_usage (
  prompt_id    uuid not null references prompts (id) on delete cascade,
  version      integer not null,
  api_key_id   uuid not null,                             -- zero: the session of a person
  day          date not null,                             -- in UTC
  renders      bigint not null,
  failures     bigint not null,
  last_seen_at timestamptz not null,
  primary key (prompt_id, day, version, api_key_id)
);
create index key_usage_day on key_usage (day);

-- Reasons are texts of the template and of the contract, never values of variables.
create table failure_usage (
  prompt_id    uuid not null references prompts (id) on delete cascade,
  version      integer not null,
  reason       varchar(300) not null,                     -- empty: one of those for which there was no room
  day          date not null,                             -- in UTC
  failures     bigint not null,
  last_seen_at timestamptz not null,
  primary key (prompt_id, day, version, reason)
);
create index failure_usage_day on failure_usage (day);
