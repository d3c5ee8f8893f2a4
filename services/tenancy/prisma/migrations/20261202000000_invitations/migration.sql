-- Invitations to teams that nobody has accepted yet. Only the hash of a code is kept. They go with their team, also when a process of the release
-- before deletes it. created_by has no foreign key: that user may go, and the invitation is then worth nothing.
CREATE TABLE invitations (
  id         uuid PRIMARY KEY,
  team_id    uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  email      varchar(255) NOT NULL,
  role       text NOT NULL CHECK (role IN ('admin', 'editor', 'viewer')),
  code_hash  text NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX invitations_one_of_address ON invitations (team_id, lower(email COLLATE "C"));
CREATE UNIQUE INDEX invitations_by_code ON invitations (code_hash);
CREATE INDEX invitations_expiring ON invitations (expires_at);

-- Whether an address belongs to a member already.
CREATE INDEX users_by_address ON users (lower(email COLLATE "C"));

-- Whom an organization's audit names, though they are not in it any more.
CREATE INDEX audit_entries_of_person ON audit_entries (user_id, org_id) WHERE user_id IS NOT NULL;
