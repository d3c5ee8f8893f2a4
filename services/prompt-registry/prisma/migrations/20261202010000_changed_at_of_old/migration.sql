-- When prompts that are older than the column were changed last. Apart from the column's own migration, which locks the whole table.
-- They still have the time of that migration, which is the earliest of all. One that somebody changes while this waits for it has another by
-- then and is left alone: its row is read anew, but the entry of that change is not seen.
update prompts p set changed_at = coalesce(
  (select a.at from audit_entries a
   where a.prompt_id = p.id and a.action ~ '^(prompt|version|tag|payload)\.' order by a.id desc limit 1),
  p.updated_at)
where p.changed_at = (select min(changed_at) from prompts);
