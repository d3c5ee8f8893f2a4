-- Sessions are numbered per account, and numbers that were given after the backup will be given again: with the old signing keys, a token
-- that had been ended would live once more. Without them no token of before verifies; identity makes a new key when it starts.
delete from sessions;
delete from outbox where subject like 'px0.state.identity.signing-key.%';
delete from signing_keys;

-- Codes and mails of the time of the backup have been used or sent since, or have expired.
delete from verification_codes;
delete from password_reset_codes;
delete from mail_queue;

-- Whoever holds a later head sees that the chains went back: the next entry of each tells where it was found. Backups of before the chain have none.
do $restored$ begin
  if to_regclass('audit_heads') is null then return; end if;
  insert into audit_entries (org_id, action, details)
  select org_id, 'audit.restored', jsonb_build_object('number', number::text, 'hash', encode(hash, 'hex')) from audit_heads;
  update audit_unsealed u set first = true from audit_entries e where e.id = u.entry_id and e.action = 'audit.restored';
end $restored$;
