-- Keys with limits. They have tables of their own, which processes of the release before do not look into: those would publish such a key as one
-- without limits. The columns are those of api_keys and api_key_teams.
CREATE TABLE narrow_api_keys (
  id           uuid PRIMARY KEY,
  -- Counted together with those of api_keys: a list shows both in one order.
  ordinal      bigint NOT NULL DEFAULT nextval('api_keys_ordinal_seq'),
  key_hash     text NOT NULL UNIQUE,
  org_id       uuid NOT NULL,
  name         varchar(255) NOT NULL,
  scope_kind   text NOT NULL CHECK (scope_kind IN ('organization', 'teams')),
  operation    text NOT NULL CHECK (operation IN ('read_render', 'all', 'admin')),
  limits       jsonb NOT NULL CHECK (jsonb_typeof(limits) = 'object' AND limits <> '{}'),
  created_by   uuid NOT NULL,
  rotated_from uuid,
  created_at   timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  expires_at   timestamptz,
  last_used_at timestamptz
);

CREATE INDEX narrow_api_keys_listed ON narrow_api_keys (org_id, ordinal DESC);
CREATE INDEX narrow_api_keys_expiring ON narrow_api_keys (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE narrow_api_key_teams (
  api_key_id uuid NOT NULL REFERENCES narrow_api_keys (id) ON DELETE CASCADE,
  team_id    uuid NOT NULL,
  position   integer NOT NULL,
  PRIMARY KEY (api_key_id, team_id)
);

CREATE INDEX narrow_api_key_teams_of_team ON narrow_api_key_teams (team_id);
