-- Sessions are numbered per account, and numbers that were given after the backup will be given again: with the old signing keys, a token
-- that had been ended would live once more. Without them no token of before verifies; identity makes a new key when it starts.
delete from sessions;
delete from outbox where subject like 'px0.state.identity.signing-key.%';
delete from signing_keys;

-- Codes and mails of the time of the backup have been used or sent since, or have expired.
delete from verification_codes;
delete from password_reset_codes;
delete from mail_queue;
