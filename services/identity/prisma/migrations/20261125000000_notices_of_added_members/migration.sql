-- Memberships whose person was told that somebody had added them: an event that comes again tells nobody twice.
CREATE TABLE membership_notices (
  team_id   uuid NOT NULL,
  user_id   uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  joined_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, user_id, joined_at)
);
CREATE INDEX membership_notices_joined ON membership_notices (joined_at);
CREATE INDEX membership_notices_user ON membership_notices (user_id);
