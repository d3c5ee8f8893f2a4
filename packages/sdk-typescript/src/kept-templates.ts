/**
 * The templates that px0 has served, by what was asked for: what a client falls back on. Bounded by number and by bytes; the least recently used
 * goes first.
 */
import { type CompiledTemplate, compile } from '@px0/template';

/** What a caller asks for: the live version (`ref` null), or one by number or tag, of a slug in a team or in whichever the key sees. */
export interface Wanted {
  readonly teamId: string | null;
  readonly slug: string;
  readonly ref: string | null;
}

/** A template and what px0 said of it. */
export interface Kept extends Wanted {
  readonly version: number;
  readonly tags: readonly string[];
  readonly template: string;
  /** `Px0-Revision` of the answer that confirmed it last. */
  readonly revision: string | null;
  /** Milliseconds since 1970, as both times. */
  readonly confirmedAt: number;
  readonly fetchedAt: number;
  /** `snapshot`: kept by an earlier process, and not confirmed to this one. */
  readonly origin: 'cache' | 'snapshot';
  /** Whether it may be served without asking while it is young; false once px0 has said something else. */
  readonly mayBeFresh: boolean;
}

export interface KeptLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

export class KeptTemplates {
  readonly #limits: KeptLimits;
  /** In the order of use, the latest last. */
  readonly #entries = new Map<string, Kept>();
  readonly #compiled = new WeakMap<Kept, CompiledTemplate | undefined>();
  #bytes = 0;

  constructor(limits: KeptLimits) {
    this.#limits = limits;
  }

  get(wanted: Wanted): Kept | undefined {
    const key = keyOf(wanted);
    const kept = this.#entries.get(key);
    if (kept !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, kept);
    }
    return kept;
  }

  set(kept: Kept): void {
    const previous = this.#entries.get(keyOf(kept));
    this.remove(kept);
    // The same text need not be compiled again.
    if (previous?.template === kept.template && this.#compiled.has(previous)) {
      this.#compiled.set(kept, this.#compiled.get(previous));
    }
    this.#entries.set(keyOf(kept), kept);
    this.#bytes += sizeOf(kept);
    for (const oldest of this.#entries.values()) {
      const isWithin = this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes;
      if (isWithin) break;
      this.remove(oldest);
    }
  }

  /** Whether there was something to remove. */
  remove(wanted: Wanted): boolean {
    const key = keyOf(wanted);
    const kept = this.#entries.get(key);
    if (kept === undefined) return false;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(kept);
    return true;
  }

  all(): Kept[] {
    return [...this.#entries.values()];
  }

  /** The text, exactly as px0 would make it; undefined when the template does not run with these variables. */
  render(
    kept: Kept,
    variables: Readonly<Record<string, unknown>>,
    missingKey: 'error' | 'default' | 'zero',
  ): string | undefined {
    try {
      return this.#compile(kept)?.render(variables, { missingKey });
    } catch {
      return undefined;
    }
  }

  #compile(kept: Kept): CompiledTemplate | undefined {
    if (!this.#compiled.has(kept)) this.#compiled.set(kept, compiledOrNone(kept.template));
    return this.#compiled.get(kept);
  }
}

/** A later px0 may know a function that this package does not: then the template is of no use here. */
function compiledOrNone(template: string): CompiledTemplate | undefined {
  try {
    return compile(template);
  } catch {
    return undefined;
  }
}

/** Equal for what is equally wanted. */
export function keyOf({ teamId, slug, ref }: Wanted): string {
  return JSON.stringify([teamId, slug, ref]);
}

/** Of memory, roughly: two bytes for a character, and the rest of an entry. */
function sizeOf({ template }: Kept): number {
  return template.length * 2 + 500;
}
