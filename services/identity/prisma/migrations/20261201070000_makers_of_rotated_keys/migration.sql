-- A key stands for the person who has its secret: of a successor, who rotated. The release before writes the maker of the old key there, and says
-- only in the audit who rotated. Its events name no maker, so that whoever reads created_by reads it from these rows, once they are right.

-- Every change takes keys before it audits. So does this, so that neither waits for the other.
LOCK TABLE api_keys IN EXCLUSIVE MODE;

-- While processes of the release before are running. Keys with limits are rotated by newer ones only.
CREATE FUNCTION name_who_rotated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE api_keys SET created_by = new.actor_id
   WHERE id = (new.details->>'successor')::uuid AND created_by <> new.actor_id;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entries_name_who_rotated AFTER INSERT ON audit_entries
  FOR EACH ROW WHEN (new.action = 'api_key.rotated') EXECUTE FUNCTION name_who_rotated();

-- The trigger's creation waited for all writers: nobody rotates in between.
UPDATE api_keys k SET created_by = e.actor_id
  FROM audit_entries e
 WHERE e.action = 'api_key.rotated' AND e.details->>'successor' = k.id::text AND k.created_by <> e.actor_id;
