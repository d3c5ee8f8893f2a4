-- Who added the member, where that was somebody else: the person is told by mail. No foreign key: that user may go.
ALTER TABLE memberships ADD COLUMN added_by uuid;
