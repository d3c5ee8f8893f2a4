-- A failover or a recovery lost the latest changes. Sessions are numbered per account: numbers that were given in what is lost must neither live
-- on nor be given again, and those of before stay. So many sessions of one account are not lost in one failover.
update users set
  revoked = revoked + int4multirange(int4range(next_session, next_session + 100000)),
  next_session = next_session + 100000;
update outbox o set
  revision = greatest(o.revision, (select revision_floor from outbox_control)) + 1,
  payload = jsonb_set(o.payload::jsonb, '{sessions,revoked}', (
    select coalesce(jsonb_agg(jsonb_build_array(lower(r), upper(r) - 1) order by r), '[]') from unnest(u.revoked) r))::text
from users u
where o.subject = 'px0.state.identity.user.' || u.id and o.payload is not null;
