/**
 * Backs up everything that px0 stores, and restores it.
 *
 * Tables are copied with `COPY`, because the embedded Postgres ships server programs only, and a distribution's `pg_dump` refuses a server newer than itself.
 * A backup names the migrations instead of holding the schema. It has no owners, grants or server settings, and reads all tables in one connection, so
 * large installations use `pg_dump`. A restore deletes the streams of state and bodies: they may be ahead of the restored tables, and readers trust
 * revisions. A service may say in `prisma/after-restore.sql` what to do to its restored rows; identity's ends all sessions by giving up the signing keys,
 * because restored session numbers would be handed out twice. This is the only code that reads the tables of several services.
 */
export { BackupError } from './backup-error.ts';
export { type RestoreOptions, restoreBackup } from './restore-backup.ts';
export { deleteStreams } from './streams.ts';
export { type BackupResult, writeBackup } from './write-backup.ts';
