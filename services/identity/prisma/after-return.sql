-- A failover or a recovery lost the latest changes. Sessions are numbered per account: numbers that were given in what is lost must neither live
-- on nor be given again, and those of before stay. So many sessions of one account are not lost in one failover. The database may lose the
-- numbers that it skipped in an earlier one, too, but not the time of what it kept: a later return skips as many more as seconds have passed,
-- and an account begins fewer sessions than that between two failovers.
with skipped as (
  select 100000 + greatest(0, floor(extract(epoch from clock_timestamp() - changed_at)))::int as numbers from database_fence)
update users set
  revoked = revoked + int4multirange(int4range(next_session, next_session + skipped.numbers)),
  next_session = next_session + skipped.numbers
from skipped;
update outbox o set
  revision = greatest(o.revision, (select revision_floor from outbox_control)) + 1,
  payload = jsonb_set(o.payload::jsonb, '{sessions,revoked}', (
    select coalesce(jsonb_agg(jsonb_build_array(lower(r), upper(r) - 1) order by r), '[]') from unnest(u.revoked) r))::text
from users u
where o.subject = 'px0.state.identity.user.' || u.id and o.payload is not null;

-- Whoever holds a later head sees that the chains went back: the next entry of each tells where it was found. Backups of before the chain have none.
do $restored$ begin
  if to_regclass('audit_heads') is null then return; end if;
  insert into audit_entries (org_id, action, details)
  select org_id, 'audit.restored', jsonb_build_object('number', number::text, 'hash', encode(hash, 'hex')) from audit_heads;
  update audit_unsealed u set first = true from audit_entries e where e.id = u.entry_id and e.action = 'audit.restored';
end $restored$;
