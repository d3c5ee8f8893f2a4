-- What CI says of versions: checks that are made outside px0. Of each name the newest of each key is kept, so that a key that a policy does not name
-- cannot take away what one that it names has said.
create table version_checks (
  prompt_id    uuid not null,
  version      integer not null,
  name         varchar(64) collate "C" not null,
  api_key_id   uuid not null,
  -- The prompt's team when the check was posted: after a move it is no check of the new team.
  team_id      uuid not null,
  state        varchar(20) not null,
  description  varchar(255) not null default '',
  url          varchar(2048),
  -- The content that was checked.
  content_hash bytea not null,
  posted_at    timestamptz not null default clock_timestamp(),
  primary key (prompt_id, version, name, api_key_id),
  constraint version_checks_name check (name ~ '^[a-z0-9._-]{1,64}$'),
  constraint version_checks_state check (state in ('pending', 'success', 'failure')),
  constraint version_checks_content_hash check (octet_length(content_hash) = 32),
  constraint version_checks_version foreign key (prompt_id, version)
    references prompt_versions (prompt_id, version) on delete cascade
);
