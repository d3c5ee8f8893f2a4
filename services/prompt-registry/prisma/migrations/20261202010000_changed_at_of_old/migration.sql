-- When prompts that are older than the column were changed last. Apart from the column's own migration, which locks the whole table.
update prompts p set changed_at = coalesce(
  (select a.at from audit_entries a
   where a.prompt_id = p.id and a.action ~ '^(prompt|version|tag|payload)\.' order by a.id desc limit 1),
  p.updated_at);
