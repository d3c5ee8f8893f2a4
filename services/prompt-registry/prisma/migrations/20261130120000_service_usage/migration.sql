-- Which services render which versions. Everything is added, so that processes of the release before work on the same tables.

create table service_usage (
  prompt_id       uuid not null references prompts (id) on delete cascade,
  version         integer not null,                       -- 0: a fallback in the service's own code
  service         varchar(128) not null,                  -- empty: it gave no name
  source          varchar(16) not null,
  day             date not null,                          -- in UTC
  renders         bigint not null,
  failures        bigint not null,
  first_seen_at   timestamptz not null,
  last_seen_at    timestamptz not null,
  service_version varchar(64) not null,                   -- the latest; empty: not known
  sdk             varchar(64) not null,                   -- the same
  primary key (prompt_id, day, version, service, source)
);
create index service_usage_last_seen on service_usage (prompt_id, last_seen_at);
create index service_usage_day on service_usage (day);

-- Names of the variables that services give, never values.
create table service_variables (
  prompt_id    uuid not null references prompts (id) on delete cascade,
  version      integer not null,
  service      varchar(128) not null,
  name         varchar(128) not null,
  last_seen_at timestamptz not null,
  primary key (prompt_id, version, service, name)
);
create index service_variables_last_seen on service_variables (last_seen_at);

-- Which windows of each client's process were taken: a repeated one is not taken again. Most processes count up without a gap, so that a row is
-- small, however long they run. Few rows are older than two days, so no index keeps updates of a row from staying on its page.
create table reporting_processes (
  process    text primary key,
  windows    int8multirange not null,
  added      int8multirange not null,                     -- by the latest statement
  counted_at timestamptz not null default now()
) with (fillfactor = 70);

-- Windows that clients reported, until they are counted: a few of one owner, then a few of the next, so that nobody waits for another's.
create table reported_windows (
  id          bigint generated always as identity primary key,
  owner       varchar(64) not null,
  body        jsonb not null,
  bytes       integer not null,
  received_at timestamptz not null default now()
);
create index reported_windows_owner on reported_windows (owner, id) include (bytes);
create index reported_windows_received on reported_windows (received_at);
