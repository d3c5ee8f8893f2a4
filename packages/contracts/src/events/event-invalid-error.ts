/** An event that does not match what its subject promises. Thrown to the writer before it publishes, and to the reader. */

export class EventInvalidError extends Error {
  readonly subject: string;

  constructor(subject: string, reason: string, cause?: unknown) {
    super(`event on ${subject}: ${reason}`, { cause });
    this.name = 'EventInvalidError';
    this.subject = subject;
  }
}
