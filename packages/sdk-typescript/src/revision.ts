/**
 * The highest revision that px0 has told this client of. Sent with every request, it makes the client read its own writes, whichever
 * process answers.
 */

interface Revision {
  readonly epoch: string;
  readonly sequence: number;
}

const DECODED = /^1:(\d{1,16}):(\d{1,16})$/;

export class HighestRevision {
  #text: string | undefined;
  #revision: Revision | undefined;

  get text(): string | undefined {
    return this.#text;
  }

  /** Learns from an answer's `Px0-Revision`; a text of another form is ignored. */
  see(text: string | null): void {
    // Nearly all answers repeat what is known.
    if (text === null || text === this.#text) return;
    const revision = decode(text);
    if (revision === undefined) return;
    if (this.#revision === undefined || isLater(revision, this.#revision)) {
      this.#revision = revision;
      this.#text = text;
    }
  }
}

function decode(token: string): Revision | undefined {
  try {
    const [, epoch, sequence] = DECODED.exec(atob(token.replaceAll('-', '+').replaceAll('_', '/'))) ?? [];
    return epoch === undefined ? undefined : { epoch, sequence: Number(sequence) };
  } catch {
    return undefined;
  }
}

function isLater(a: Revision, b: Revision): boolean {
  // Epochs are decimal digits, so the longer is the later.
  if (a.epoch.length !== b.epoch.length) return a.epoch.length > b.epoch.length;
  return a.epoch === b.epoch ? a.sequence > b.sequence : a.epoch > b.epoch;
}
