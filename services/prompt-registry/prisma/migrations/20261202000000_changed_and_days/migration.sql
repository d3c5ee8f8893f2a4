-- When a prompt was changed last, and how often it was rendered on a day. Everything is added, so that processes of the release before
-- work on the same tables.

-- `updated_at` follows the description and the team only. The entries of the audit say when anything else was done; who writes one holds
-- the prompt's lock, except for reviews, comments and checks, which change no prompt.
alter table prompts add column changed_at timestamptz not null default now();
create index prompts_team_changed on prompts (team_id, changed_at desc, id);

-- With a search path of its own: a restore writes rows by qualified names alone.
create function note_prompt_change() returns trigger language plpgsql set search_path from current as $$
begin
  update prompts p set changed_at = made.at
  from (
    select e.prompt_id, max(e.at) as at from made_entries e
    where e.action ~ '^(prompt|version|tag|payload)\.' group by e.prompt_id
  ) as made
  where p.id = made.prompt_id and p.changed_at < made.at;
  return null;
end $$;
create trigger audit_entries_change after insert on audit_entries
  referencing new table as made_entries for each statement execute function note_prompt_change();

-- The sums of `render_usage` by day (in UTC), for days that are over: a list of prompts reads one row instead of one for each hour and
-- version. Rows of a day count only where `summed_usage_days` says that the day is summed.
create table render_usage_days (
  prompt_id uuid   not null,
  day       date   not null,
  renders   bigint not null,
  failures  bigint not null,
  primary key (prompt_id, day)
);
create index render_usage_days_day on render_usage_days (day);
-- A row that is not summed yet was put down one step before: what counts late for its day removes it, and the day begins anew.
create table summed_usage_days (
  day    date    primary key,
  summed boolean not null default false
);
