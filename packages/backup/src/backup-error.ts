/** An error whose message is one sentence for the user; it is printed without a stack trace. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
