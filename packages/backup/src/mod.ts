/** A copy of all that px0 knows, and its return. */
export { BackupError } from './backup-error.ts';
export { type RestoreOptions, restoreBackup } from './restore-backup.ts';
export { deleteStreams } from './streams.ts';
export { type BackupResult, writeBackup } from './write-backup.ts';
