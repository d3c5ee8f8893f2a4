/**
 * What is delivered of one team: its prompts in the order of their latest change, so that what changed since some moment is found by a look at the end,
 * whatever the number of prompts.
 */
import { Digest } from '@px0/delivery/server';
import type { DeliveredEntry } from './delivered-entry.ts';

/** Places of the log that are empty, at least, before it is written anew. */
const FEWEST_HOLES = 64;

export class DeliveredTeam {
  readonly id: string;
  readonly #entries = new Map<string, DeliveredEntry>();
  /** Undefined where an entry has changed since, or gone. */
  #log: (DeliveredEntry | undefined)[] = [];
  /** The sequence of each place of the log; they never fall. */
  #sequences: number[] = [];
  /** Numbers the places for good: a log that was written anew goes on where the other one ended. */
  #ordinals: number[] = [];
  #nextOrdinal = 1;
  #digest = new Digest();
  /** By slug, from when somebody has asked for some. Events of two prompts may come in either order, so a slug may have several for a moment. */
  #bySlug: Map<string, DeliveredEntry[]> | undefined;
  /** Of the latest change. */
  revision = '';

  constructor(id: string) {
    this.id = id;
  }

  get digest(): Digest {
    return this.#digest;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Everything after this number has changed later than anything that is in the log now. */
  get lastOrdinal(): number {
    return this.#nextOrdinal - 1;
  }

  entry(promptId: string): DeliveredEntry | undefined {
    return this.#entries.get(promptId);
  }

  /** The entries of these slugs, in no particular order. */
  *ofSlugs(slugs: ReadonlySet<string>): Generator<DeliveredEntry, void> {
    if (this.#entries.size <= slugs.size) {
      for (const entry of this.#entries.values()) if (slugs.has(entry.prompt.slug)) yield entry;
      return;
    }
    if (this.#bySlug === undefined) {
      this.#bySlug = new Map();
      for (const entry of this.#entries.values()) this.#index(entry);
    }
    for (const slug of slugs) yield* this.#bySlug.get(slug) ?? [];
  }

  /** Of the latest change; 0 without any. */
  get lastSequence(): number {
    return this.#sequences.at(-1) ?? 0;
  }

  /** Adds or replaces an entry. */
  set(entry: DeliveredEntry, sequence: number): void {
    this.#take(entry.prompt.id);
    this.append(entry, Math.max(sequence, this.lastSequence));
    this.#compact();
  }

  /** Adds an entry that is not there, which has changed later than all that are. */
  append(entry: DeliveredEntry, sequence: number): void {
    entry.slot = this.#log.length;
    this.#log.push(entry);
    this.#sequences.push(sequence);
    this.#ordinals.push(this.#nextOrdinal);
    this.#nextOrdinal += 1;
    this.#entries.set(entry.prompt.id, entry);
    this.#digest.add(entry.fingerprint);
    this.#index(entry);
  }

  /** Puts an entry that is delivered alike in the place of the one that is there. */
  refresh(entry: DeliveredEntry): void {
    const present = this.#entries.get(entry.prompt.id);
    if (present === undefined || present === entry) return;
    entry.slot = present.slot;
    this.#log[entry.slot] = entry;
    this.#entries.set(entry.prompt.id, entry);
    this.#removeFromIndex(present);
    this.#index(entry);
  }

  remove(promptId: string): void {
    this.#take(promptId);
    this.#compact();
  }

  /** The number of the last change at or before a sequence; what follows it has changed since. */
  ordinalAt(sequence: number): number {
    const next = firstAbove(this.#sequences, sequence);
    return (this.#ordinals[next] ?? this.#nextOrdinal) - 1;
  }

  /** The entries after a change of this number. To be gone through at once. */
  *allAfter(ordinal: number): Generator<DeliveredEntry, void> {
    for (let place = firstAbove(this.#ordinals, ordinal); place < this.#log.length; place += 1) {
      const entry = this.#log[place];
      if (entry !== undefined) yield entry;
    }
  }

  /** Of these slugs, the entries after a change of this number, in their order. */
  selectedAfter(ordinal: number, slugs: ReadonlySet<string>): DeliveredEntry[] {
    return [...this.ofSlugs(slugs)]
      .filter((entry) => this.ordinalOf(entry) > ordinal)
      .sort((one, other) => one.slot - other.slot);
  }

  /** The number of an entry's latest change. */
  ordinalOf(entry: DeliveredEntry): number {
    return this.#ordinals[entry.slot] ?? 0;
  }

  /** A new epoch begins: sequences of the old one mean nothing in it, and nobody can ask for what changed before. */
  forgetSequences(): void {
    this.#sequences.fill(0);
  }

  #index(entry: DeliveredEntry): void {
    const { slug } = entry.prompt;
    const others = this.#bySlug?.get(slug);
    if (others === undefined) this.#bySlug?.set(slug, [entry]);
    else others.push(entry);
  }

  #removeFromIndex(entry: DeliveredEntry): void {
    const { slug } = entry.prompt;
    const left = this.#bySlug?.get(slug)?.filter((other) => other !== entry) ?? [];
    if (left.length > 0) this.#bySlug?.set(slug, left);
    else this.#bySlug?.delete(slug);
  }

  #take(promptId: string): void {
    const entry = this.#entries.get(promptId);
    if (entry === undefined) return;
    this.#entries.delete(promptId);
    this.#log[entry.slot] = undefined;
    this.#digest.remove(entry.fingerprint);
    this.#removeFromIndex(entry);
  }

  #compact(): void {
    const holes = this.#log.length - this.#entries.size;
    if (holes < FEWEST_HOLES || holes < this.#entries.size) return;
    const kept = this.#log.filter((entry) => entry !== undefined);
    const places = kept.map(({ slot }) => slot);
    this.#sequences = places.map((place) => this.#sequences[place] ?? 0);
    this.#ordinals = places.map((place) => this.#ordinals[place] ?? 0);
    this.#log = kept;
    kept.forEach((entry, place) => {
      entry.slot = place;
    });
  }
}

/** The first place whose number is above the given one, in numbers that do not fall. */
function firstAbove(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
