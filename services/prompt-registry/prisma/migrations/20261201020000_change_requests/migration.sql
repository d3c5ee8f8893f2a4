-- Change requests: what somebody proposes to a prompt, and who reviewed it. Everything is added, so that processes of the release before
-- work on the same tables.

-- The number that a team's next request gets. It only rises; the row outlives the requests.
create table team_counters (
  team_id             uuid primary key,
  next_change_request integer not null default 1,
  constraint team_counters_next check (next_change_request >= 1)
);

create table change_requests (
  id            uuid primary key,
  team_id       uuid not null,
  number        integer not null,
  prompt_id     uuid not null references prompts (id) on delete cascade,
  title         text not null,
  description   text not null,
  change        jsonb not null,
  -- Two requests with the same key would do the same.
  change_key    text not null,
  state         varchar(10) not null default 'open',
  -- Of one that is closed or obsolete.
  reason        text,
  apply         varchar(10) not null,
  via           varchar(64),
  author_kind   varchar(20) not null,
  author_id     uuid not null,
  -- For whom the author stands, as far as it is known.
  author_person uuid,
  -- What a review would have been about when the request ended. Null while it is open: it is computed then.
  binding       jsonb,
  -- What policies asked for when the request was applied, and which reviews counted.
  outcome       jsonb,
  break_glass   jsonb,
  ended_kind    varchar(20),
  ended_by      uuid,
  comments      integer not null default 0,
  created_at    timestamptz not null default clock_timestamp(),
  updated_at    timestamptz not null default clock_timestamp(),
  ended_at      timestamptz,
  constraint change_requests_number unique (team_id, number),
  constraint change_requests_state check (state in ('open', 'applied', 'closed', 'obsolete')),
  constraint change_requests_apply check (apply in ('manual', 'when_ready')),
  constraint change_requests_title check (char_length(title) between 1 and 255),
  constraint change_requests_description check (char_length(description) <= 16384),
  constraint change_requests_author_kind check (author_kind in ('user', 'api-key')),
  constraint change_requests_ended_kind check (ended_kind in ('user', 'api-key')),
  constraint change_requests_ended check ((state = 'open') = (ended_at is null))
);
create unique index change_requests_open on change_requests (prompt_id, change_key) where state = 'open';
create index change_requests_team_state on change_requests (team_id, state, number desc);
create index change_requests_prompt on change_requests (prompt_id, number desc);
create index change_requests_author on change_requests (author_person, created_at desc);
-- Broken policies that nobody else has looked at yet.
create index change_requests_unacknowledged on change_requests (team_id, number desc)
  where break_glass is not null and break_glass ->> 'acknowledged_by' is null;

create table change_reviews (
  id                uuid primary key,
  -- In the order in which they were made: the clock may stand still.
  ordinal           bigint generated always as identity,
  change_request_id uuid not null references change_requests (id) on delete cascade,
  user_id           uuid not null,
  verdict           varchar(20) not null,
  comment           text not null,
  -- What the review is about.
  binding           jsonb not null,
  -- Once it does not hold for what is there, it never counts again.
  voided_at         timestamptz,
  void_reason       varchar(20),
  dismissed_by      uuid,
  created_at        timestamptz not null default clock_timestamp(),
  constraint change_reviews_verdict check (verdict in ('approve', 'request_changes')),
  constraint change_reviews_void check ((voided_at is null) = (void_reason is null))
);
create index change_reviews_request on change_reviews (change_request_id, ordinal);
create index change_reviews_standing on change_reviews (change_request_id) where voided_at is null;

create table change_comments (
  id                uuid primary key,
  ordinal           bigint generated always as identity,
  change_request_id uuid not null references change_requests (id) on delete cascade,
  actor_kind        varchar(20) not null,
  actor_id          uuid not null,
  -- Null: it was erased.
  text              text,
  created_at        timestamptz not null default clock_timestamp(),
  constraint change_comments_actor_kind check (actor_kind in ('user', 'api-key'))
);
create index change_comments_request on change_comments (change_request_id, ordinal);

-- How many requests about the prompt are open. It is on the row that every writer locks, so that one who waited for the lock sees it as it
-- is, and writers of all other prompts do nothing.
alter table prompts add column open_change_requests integer not null default 0;
create function count_open_change_requests() returns trigger language plpgsql set search_path from current as $$
begin
  update prompts set open_change_requests = (
    select count(*) from change_requests c where c.prompt_id = prompts.id and c.state = 'open')
  where id = coalesce(new.prompt_id, old.prompt_id);
  return null;
end $$;
create trigger change_requests_counted after insert or delete or update of state on change_requests
  for each row execute function count_open_change_requests();

-- What people wrote about a request is kept with the audit, too. Whoever erases it there erases it here.
create function erase_change_request_text() returns trigger language plpgsql set search_path from current as $$
declare
  entry audit_entries;
begin
  select * into entry from audit_entries where id = new.entry_id;
  if entry.action = 'change_request.commented' then
    update change_comments set text = null where id = (entry.detail ->> 'comment')::uuid;
  elsif entry.action = 'change_request.reviewed' then
    update change_reviews set comment = '' where id = (entry.detail ->> 'review')::uuid;
  elsif entry.action = 'change_request.opened' then
    update change_requests set title = 'erased', description = '' where id = (entry.detail ->> 'request')::uuid;
  elsif entry.action = 'change_request.closed' then
    update change_requests set reason = null where id = (entry.detail ->> 'request')::uuid;
  elsif entry.action = 'policy.broken' then
    update change_requests set break_glass = jsonb_set(break_glass, '{reason}', '"erased"') where id = entry.change_request_id;
  end if;
  return null;
end $$;
create trigger audit_texts_erased_here after update of erased_at on audit_texts
  for each row when (old.erased_at is null and new.erased_at is not null)
  execute function erase_change_request_text();
