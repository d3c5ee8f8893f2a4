-- An operator's wish for a new signing key. The running service grants it, because only it has the secret that seals keys.
ALTER TABLE signing_keys ADD COLUMN rotation_asked boolean NOT NULL DEFAULT false;
