/**
 * Names of the streams and of their subjects. A prefix separates installations (and test files) on one server; the rest of this
 * package uses subjects without it.
 */
export const STREAM_KINDS = ['state', 'body', 'usage'] as const;

/**
 * `activity` has what owners have sealed of their audits. It is not among the streams that every process needs in order to start: a server whose
 * users may not create it yet leaves the audit itself untouched.
 */
export type StreamKind = (typeof STREAM_KINDS)[number] | 'activity';

const PREFIX = /^[A-Za-z0-9_-]*$/;

export class Names {
  readonly prefix: string;

  /** @throws Error for a prefix with other characters than letters, digits, `_` and `-`: they would break a subject or a name */
  constructor(prefix: string) {
    if (!PREFIX.test(prefix))
      throw new Error(`"${prefix}" is no stream prefix: use letters, digits, "_" and "-"`);
    this.prefix = prefix;
  }

  stream(kind: StreamKind): string {
    return `${this.prefix}PX0_${kind.toUpperCase()}`;
  }

  /** The wildcard that a stream listens to. */
  subjects(kind: StreamKind): string {
    return `${this.prefix}px0.${kind}.>`;
  }

  /** The wildcard of all state of one context. */
  subjectsOf(context: string): string {
    return this.subjects('state').replace(/>$/, `${context}.>`);
  }

  /** The wildcard of all activity of one context. */
  activityOf(context: string): string {
    return this.subjects('activity').replace(/>$/, `${context}.>`);
  }

  /** A subject as NATS sees it. */
  onWire(subject: string): string {
    return this.prefix + subject;
  }

  /** A subject as the rest of px0 knows it. */
  fromWire(subject: string): string {
    return this.prefix === '' ? subject : subject.slice(this.prefix.length);
  }
}
