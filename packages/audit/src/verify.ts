/**
 * Checks exported chains line by line. What it holds does not grow with the lines: two places for each chain. No line passes that does not follow
 * from a hash computed here, given by the reader, or kept by retention: the first line of a chain whose beginning was pruned follows from
 * the hash that a later entry `audit.pruned` tells of.
 */
import { follow, genesis, type Head } from './chain.ts';

/** A chain of the export, as far as it has been read. */
export interface CheckedChain {
  readonly orgId: string;
  readonly context: string;
  /** The number of the first line. Above 1, what came before is not part of the export. */
  readonly first: number;
  readonly head: Head;
}

interface Chain extends CheckedChain {
  /** The first line, while it is not known what it follows. */
  readonly unproven: ParsedLine | undefined;
}

/** What is wrong with a line, in one sentence. The checks of its chain make no sense from there on. */
export class ChainError extends Error {
  override readonly name = 'ChainError';
}

export class ChainVerifier {
  readonly #chains = new Map<string, Chain>();
  readonly #known: readonly Head[];
  /** Heads that must be on their chains, and have not been met. */
  readonly #wanted: Set<Head>;

  /** @param heads of earlier times: the lines must lead through them, or begin right behind them */
  constructor(heads: readonly Head[] = []) {
    this.#known = heads;
    this.#wanted = new Set(heads);
  }

  get chains(): readonly CheckedChain[] {
    return [...this.#chains.values()].map(({ unproven: _, ...chain }) => chain);
  }

  /** Takes the next line of an export. @throws ChainError when it does not follow the line before it in its chain */
  add(text: string): void {
    const line = parseLine(text);
    const { org_id: orgId, context } = line.entry;
    const key = `${orgId} ${context}`;
    const chain = this.#chains.get(key) ?? this.#begin(line);
    const head = chain.unproven === line ? headOf(line) : next(chain.head, line);
    const unproven = proves(line, chain.unproven) ? undefined : chain.unproven;
    this.#chains.set(key, { ...chain, head, unproven });
    this.#meet(head);
  }

  /** To be called after the last line. @throws ChainError when a chain begins in the middle, or a head was not met */
  end(): void {
    for (const { unproven } of this.#chains.values()) {
      if (unproven !== undefined) throw new ChainError(`${doesNotFollow(unproven)}, which is missing`);
    }
    for (const { number, hash } of this.#wanted)
      throw new ChainError(`no entry ${number} has the hash ${hash}: entries are missing`);
  }

  /** A chain before its first line. */
  #begin(line: ParsedLine): Chain {
    const { number, entry } = line;
    const { org_id: orgId, context } = entry;
    const common = { orgId, context, first: number };
    const start = genesis(orgId, context);
    if (number === 1) return { ...common, head: start, unproven: undefined };
    for (const known of this.#known) {
      if (known.number !== number - 1 || afterEntry(known, entry)?.hash !== line.hash) continue;
      this.#meet(known);
      return { ...common, head: known, unproven: undefined };
    }
    return { ...common, head: start, unproven: line };
  }

  #meet({ number, hash }: Head): void {
    for (const wanted of this.#wanted)
      if (wanted.number === number && wanted.hash === hash) this.#wanted.delete(wanted);
  }
}

/** @throws ChainError when the line is not the next of its chain */
function next(before: Head, line: ParsedLine): Head {
  const head = afterEntry(before, line.entry);
  if (head === undefined || head.number !== line.number || head.hash !== line.hash)
    throw new ChainError(doesNotFollow(line));
  return head;
}

/** What a line says of itself. */
function headOf({ number, hash }: ParsedLine): Head {
  return { number, hash };
}

/** Undefined for what no entry holds, such as half of a character. */
function afterEntry(before: Head, entry: object): Head | undefined {
  try {
    return follow(before, entry);
  } catch {
    return undefined;
  }
}

function doesNotFollow({ number, entry }: ParsedLine): string {
  return `entry ${number} of ${entry.context} does not follow entry ${number - 1}`;
}

/** Whether the line, which has been checked, tells what the first line follows. @throws ChainError when it tells of another */
function proves({ entry }: ParsedLine, first: ParsedLine | undefined): boolean {
  if (first === undefined || entry['action'] !== 'audit.pruned') return false;
  const { details } = entry;
  if (typeof details !== 'object' || details === null) return false;
  const number = Number(Reflect.get(details, 'anchor_number'));
  const hash = String(Reflect.get(details, 'anchor_hash'));
  if (number !== first.number - 1) return false;
  next({ number, hash }, first);
  return true;
}

interface ParsedLine {
  readonly number: number;
  readonly hash: string;
  readonly entry: { readonly org_id: string; readonly context: string; readonly [key: string]: unknown };
}

/** @throws ChainError for a line that no export has */
function parseLine(line: string): ParsedLine {
  const { number, hash, text, ...entry } = objectIn(line);
  const { org_id, context } = entry;
  const isLine =
    typeof number === 'number' &&
    Number.isSafeInteger(number) &&
    number > 0 &&
    typeof hash === 'string' &&
    typeof org_id === 'string' &&
    typeof context === 'string' &&
    text !== undefined;
  if (!isLine) throw new ChainError('a line is no entry of an audit');
  return { number, hash, entry: { ...entry, org_id, context } };
}

function objectIn(line: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.fromEntries(Object.entries(value));
  } catch {
    // Said below.
  }
  throw new ChainError('a line is no entry of an audit');
}
