/** One sentence for a person, without a stack. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
