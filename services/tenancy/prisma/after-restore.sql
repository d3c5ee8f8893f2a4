-- Whoever holds a later head sees that the chains went back: the next entry of each tells where it was found. Backups of before the chain have none.
do $restored$ begin
  if to_regclass('audit_heads') is null then return; end if;
  insert into audit_entries (org_id, action, actor_kind, details)
  select org_id, 'audit.restored', 'system', jsonb_build_object('number', number::text, 'hash', encode(hash, 'hex')) from audit_heads;
  update audit_unsealed u set first = true from audit_entries e where e.id = u.entry_id and e.action = 'audit.restored';
end $restored$;

-- Invitations of the time of the backup have been used or revoked since, or have expired. Backups of before invitations have none.
do $invitations$ begin
  if to_regclass('invitations') is not null then delete from invitations; end if;
end $invitations$;
