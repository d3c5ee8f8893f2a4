/**
 * The programs of versions that px0 has served, by what was asked for: what a client falls back on. Bounded by number and by bytes; the least
 * recently used goes first.
 */
import { compileProgram } from '@px0/template';
import { type Content, type ContentOptions, type Runnable, runProgram } from './content.ts';
import { Contract } from './contract.ts';
import { isSameText, type Program, sizeOfProgram } from './program.ts';

/** What a caller asks for: the live version (`ref` null), or one by number or tag, of a slug in a team or in whichever the key sees. */
export interface Wanted {
  readonly teamId: string | null;
  readonly slug: string;
  readonly ref: string | null;
}

/** A version's program and what px0 said of it. */
export interface Kept extends Wanted {
  readonly version: number;
  readonly tags: readonly string[];
  readonly program: Program;
  /** The prompt's policy for contracts, which is off when it is undefined. */
  readonly contract: string | undefined;
  /** The prompt that it is a version of, where it is only for renders of that; else null. */
  readonly promptId: string | null;
  /** The prompt of which its renders are counted; absent where px0 has not said it. */
  readonly countedAs?: string;
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

export class KeptPrograms {
  readonly #limits: KeptLimits;
  /** In the order of use, the latest last. */
  readonly #entries = new Map<string, Kept>();
  readonly #compiled = new WeakMap<Kept, Runnable | undefined>();
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
    if (previous && this.#compiled.has(previous) && isSameText(previous.program, kept.program)) {
      const compiled = this.#compiled.get(previous);
      this.#compiled.set(kept, compiled && { ...compiled, config: kept.program.config });
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

  /**
   * What it says, exactly as px0 would have it; undefined when the program does not run with these variables, or the contract refuses them. `policy` is
   * the prompt's.
   */
  render(
    kept: Kept,
    variables: Readonly<Record<string, unknown>>,
    options: ContentOptions,
    policy: string | undefined,
  ): Content | undefined {
    try {
      const runnable = this.#compile(kept);
      return runnable && runProgram(runnable, variables, options, policy);
    } catch {
      return undefined;
    }
  }

  #compile(kept: Kept): Runnable | undefined {
    if (!this.#compiled.has(kept)) this.#compiled.set(kept, compiledOrNone(kept.program));
    return this.#compiled.get(kept);
  }
}

/** A later px0 may know a function that this package does not: then the program is of no use here. */
function compiledOrNone(program: Program): Runnable | undefined {
  try {
    const { config, schema } = program;
    return { program: compileProgram(program), config, contract: new Contract(schema) };
  } catch {
    return undefined;
  }
}

/** Equal for what is equally wanted. */
export function keyOf({ teamId, slug, ref }: Wanted): string {
  return JSON.stringify([teamId, slug, ref]);
}

/** Of memory, roughly: the program, and the rest of an entry. */
function sizeOf({ program }: Kept): number {
  return sizeOfProgram(program) + 500;
}
