-- Assertions about the outputs of payloads, and outputs that were accepted. Everything is added, so that processes of the release before work
-- on the same tables.

alter table prompt_payloads
  add column assertions jsonb not null default '[]',
  add constraint prompt_payloads_assertions check (jsonb_typeof(assertions) = 'array');

-- Apart from the payloads, whose rows lists read as a whole.
create table payload_snapshots (
  payload_id   uuid primary key references prompt_payloads (id) on delete cascade,
  -- 0: of an import, which does not say.
  version      int not null,
  content_hash text not null,
  output       text not null,
  sha256       text not null,
  characters   int not null,
  accepted_at  timestamptz not null default now(),
  actor_kind   text not null,
  actor_id     uuid not null,
  constraint payload_snapshots_size check (octet_length(output) <= 1048576)
);
