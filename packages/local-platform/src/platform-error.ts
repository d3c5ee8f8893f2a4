/** A failure that a person can act on: its message is one sentence that says what is wrong and what to do. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
}
