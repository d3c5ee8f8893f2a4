/**
 * Recomputes an organization's chain in the browser, from the lines as px0 exports them. What it finds is as good as the browser and the head that
 * somebody noted down elsewhere; `px0 audit verify` does the same on a file.
 */
import type { Context, Line } from './audit-lines.ts';

export interface Verified {
  readonly entries: number;
  /** The place of the newest entry, and its hash. */
  readonly head: { readonly number: number; readonly hash: string } | undefined;
  /** What does not follow; undefined if the chain holds. */
  readonly fault: string | undefined;
  /** The oldest entry, if older ones were removed since they were kept long enough. */
  readonly prunedBefore: number | undefined;
}

const name = new TextEncoder().encode('px0-audit-v1\n');

/** Takes the lines of one chain in the order of their numbers. */
export class ChainVerifier {
  readonly #start: string;
  readonly #context: Context;
  #last: { readonly number: number; readonly hash: string } | undefined;
  /** The first line, while nothing tells what it follows. */
  #unproven: Line | undefined;
  #prunedBefore: number | undefined;
  #entries = 0;
  #fault: string | undefined;

  constructor(orgId: string, context: Context) {
    this.#start = `${orgId}\n${context}\n`;
    this.#context = context;
  }

  async add(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      if (this.#fault !== undefined) return;
      await this.#take(line);
    }
  }

  /** To be asked after the last line. */
  get result(): Verified {
    return {
      entries: this.#entries,
      head: this.#last,
      fault: this.#fault ?? (this.#unproven && `${this.#faultAt(this.#unproven)}, which is missing`),
      prunedBefore: this.#prunedBefore,
    };
  }

  async #take(line: Line): Promise<void> {
    const { number, hash } = line;
    if (this.#last === undefined && number > 1) {
      this.#unproven = line;
      this.#prunedBefore = number;
    } else {
      const before = this.#last?.hash ?? hexOf(await sha256(name, new TextEncoder().encode(this.#start)));
      const isNext = number === (this.#last?.number ?? 0) + 1;
      if (!isNext || (await linked(before, line)) !== hash) {
        this.#fault = this.#faultAt(line);
        return;
      }
    }
    this.#last = { number, hash };
    this.#entries += 1;
    await this.#prove(line);
  }

  /** Retention removes from the old end, and leaves an entry that tells the hash of what it removed last. */
  async #prove({ action, details }: Line): Promise<void> {
    const first = this.#unproven;
    if (first === undefined || action !== 'audit.pruned') return;
    if (Number(details['anchor_number']) !== first.number - 1) return;
    if ((await linked(String(details['anchor_hash']), first)) === first.hash) this.#unproven = undefined;
    else this.#fault = this.#faultAt(first);
  }

  #faultAt({ number }: Line): string {
    return `entry ${number} of ${this.#context} does not follow entry ${number - 1}`;
  }
}

/** The hash of the chain up to the line, if what is before it has that hash. */
async function linked(before: string, line: Line): Promise<string> {
  return hexOf(await sha256(name, bytesOf(before), await sha256(new TextEncoder().encode(canonical(line)))));
}

/** What the hash covers, as RFC 8785: JavaScript already writes texts and numbers as it wants, and sorts keys as it wants. */
function canonical({ number: _number, hash: _hash, text: _text, ...entry }: Line): string {
  return textOf(entry);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${textOf(one)}`).join(',')}}`;
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
