-- When a person last logged in, for the admins of their organizations. Null for accounts that have not logged in since.
ALTER TABLE users ADD COLUMN last_login_at timestamptz;

-- The first characters of a key's secret, by which one that was found can be told. Null for keys of before, whose secrets nobody knows.
ALTER TABLE api_keys ADD COLUMN prefix varchar(16);
ALTER TABLE narrow_api_keys ADD COLUMN prefix varchar(16);
