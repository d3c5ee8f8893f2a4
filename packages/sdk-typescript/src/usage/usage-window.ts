/** What was counted within a time: a row for each version and source, with the names of the variables that it was given. */
import type { JsonObject } from '../json.ts';

/** A render in this process. */
export interface CountedRender {
  /** Null where it is not known, and for a fallback. */
  readonly promptId: string | null;
  readonly slug: string;
  /** Null for a fallback. */
  readonly version: number | null;
  readonly source: string;
  /** Whether the template failed with these variables. */
  readonly failed: boolean;
  readonly milliseconds: number;
  readonly variables: JsonObject;
}

/** Of the version of a prompt from one source. */
type Subject = Pick<CountedRender, 'promptId' | 'slug' | 'version' | 'source'>;

/** As px0 counts its own renders: `usageLatencyBoundsMs` of the contracts. What is slower has a bucket of its own. */
export const LATENCY_BOUNDS_MS = [0.03125, 0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128] as const;

const MOST_ROWS = 1_000;
/** A report must stay below the 1 MiB that px0 takes. */
const MOST_NAME_BYTES = 512 * 1_024;
/** Names of a row on the wire; a row with more is sent as several. */
const NAMES_OF_A_ROW = 64;
const MOST_NAMES = 512;
const MOST_NAME_LENGTH = 128;
/** Stands for all names beyond the bound. */
const FURTHER = '…';

class UsageRow {
  readonly promptId: string | null;
  readonly slug: string;
  readonly version: number | null;
  readonly source: string;
  renders = 0;
  failures = 0;
  readonly latencies: number[] = new Array(LATENCY_BOUNDS_MS.length + 1).fill(0);
  readonly names = new Set<string>();
  isBeyondNames = false;

  constructor({ promptId, slug, version, source }: Subject) {
    this.promptId = promptId;
    this.slug = slug;
    this.version = version;
    this.source = source;
  }

  isOf({ promptId, slug, version, source }: Subject): boolean {
    return (
      this.version === version &&
      this.source === source &&
      this.promptId === promptId &&
      (promptId !== null || this.slug === slug)
    );
  }

  count(failed: boolean, milliseconds: number): void {
    if (failed) this.failures += 1;
    else this.renders += 1;
    const bucket = bucketOf(milliseconds);
    this.latencies[bucket] = (this.latencies[bucket] ?? 0) + 1;
  }

  /** How many rows it takes on the wire, with so many further names. */
  size(further = 0): number {
    const names = this.names.size + further + (this.isBeyondNames ? 1 : 0);
    return rowsOf(Math.min(names, MOST_NAMES + 1));
  }

  add(name: string): void {
    if (this.names.size < MOST_NAMES) this.names.add(name);
    else this.isBeyondNames = true;
  }

  onWire(): object[] {
    const names = [...this.names].sort();
    if (this.isBeyondNames) names.push(FURTHER);
    const { slug, version, source } = this;
    return Array.from({ length: rowsOf(names.length) }, (_, part) => ({
      prompt_id: this.promptId,
      slug: cleaned(slug),
      version,
      source,
      renders: part === 0 ? this.renders : 0,
      failures: part === 0 ? this.failures : 0,
      latencies: part === 0 ? this.latencies : this.latencies.map(() => 0),
      variables: names.slice(part * NAMES_OF_A_ROW, (part + 1) * NAMES_OF_A_ROW),
    }));
  }
}

function rowsOf(names: number): number {
  return Math.max(1, Math.ceil(names / NAMES_OF_A_ROW));
}

function bucketOf(milliseconds: number): number {
  let bucket = 0;
  while (bucket < LATENCY_BOUNDS_MS.length && milliseconds > (LATENCY_BOUNDS_MS[bucket] ?? 0)) bucket += 1;
  return bucket;
}

export class UsageWindow {
  readonly startedAt: number;
  readonly #hasNames: boolean;
  /** By the prompt's id, or else its slug; of a prompt there are few. */
  readonly #rows = new Map<string, UsageRow[]>();
  readonly #inOrder: UsageRow[] = [];
  #size = 0;
  #nameBytes = 0;

  constructor(startedAt: number, hasNames: boolean) {
    this.startedAt = startedAt;
    this.#hasNames = hasNames;
  }

  /** How many rows it has on the wire. */
  get size(): number {
    return this.#size;
  }

  /** Counts a render of what is counted already, with names that are known. False: it needs more room, and is not counted. */
  countKnown(render: CountedRender): boolean {
    const row = this.#rowOf(render);
    if (row === undefined || (this.#hasNames && !hasAll(row, render.variables))) return false;
    row.count(render.failed, render.milliseconds);
    return true;
  }

  /** How many rows a render adds; undefined: there is no room for it here. */
  rowsFor(render: CountedRender): number | undefined {
    const row = this.#rowOf(render);
    const names = this.#newNames(row, render);
    const added = (row ?? new UsageRow(render)).size(names.length) - (row?.size() ?? 0);
    if (this.#size === 0) return added;
    const isRoom = this.#size + added <= MOST_ROWS && this.#nameBytes + bytesOf(names) <= MOST_NAME_BYTES;
    return isRoom ? added : undefined;
  }

  count(render: CountedRender): void {
    let row = this.#rowOf(render);
    const before = row?.size() ?? 0;
    if (row === undefined) {
      row = new UsageRow(render);
      this.#inOrder.push(row);
      const key = keyOf(render);
      const others = this.#rows.get(key);
      if (others === undefined) this.#rows.set(key, [row]);
      else others.push(row);
    }
    for (const name of this.#newNames(row, render)) {
      row.add(name);
      this.#nameBytes += bytesOf([name]);
    }
    this.#size += row.size() - before;
    row.count(render.failed, render.milliseconds);
  }

  /** In the order of their first renders. */
  rowsOnWire(): object[] {
    return this.#inOrder.flatMap((row) => row.onWire());
  }

  #rowOf(render: CountedRender): UsageRow | undefined {
    const rows = this.#rows.get(keyOf(render));
    return rows?.find((row) => row.isOf(render));
  }

  #newNames(row: UsageRow | undefined, { variables }: CountedRender): string[] {
    if (!this.#hasNames) return [];
    const names = new Set(Object.keys(variables).map(nameOf));
    return [...names].filter((name) => row?.names.has(name) !== true);
  }
}

function keyOf({ promptId, slug }: CountedRender): string {
  return promptId ?? slug;
}

function hasAll(row: UsageRow, variables: JsonObject): boolean {
  for (const name in variables) if (!row.names.has(name) && !isCounted(row, name)) return false;
  return true;
}

/** Rare: names that are sent otherwise than they are given, and those beyond the bound. */
function isCounted(row: UsageRow, name: string): boolean {
  return row.isBeyondNames || row.names.has(nameOf(name));
}

function nameOf(given: string): string {
  return cut(cleaned(given));
}

/** px0 refuses a request with NUL, and nobody wants to see a control character or half a pair of surrogates in a list. */
function cleaned(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\ufffd');
}

/** A pair of surrogates is never split. */
function cut(name: string): string {
  if (name.length <= MOST_NAME_LENGTH) return name;
  const isWithinPair = (name.codePointAt(MOST_NAME_LENGTH - 1) ?? 0) > 0xffff;
  return name.slice(0, isWithinPair ? MOST_NAME_LENGTH - 1 : MOST_NAME_LENGTH);
}

function bytesOf(names: readonly string[]): number {
  let bytes = 0;
  // Each as JSON writes it, which may take several characters for one.
  for (const name of names) bytes += new TextEncoder().encode(JSON.stringify(name)).length + 1;
  return bytes;
}
