/** Judges what an application says that it rendered, row by row. One that cannot be counted is dropped, and never a reason to refuse the others. */
import { createHash } from 'node:crypto';
import {
  type BodyOf,
  fallbackUsageSource,
  parseUuid,
  type routes,
  type UsageWindow,
  usageLatencyBoundsMs,
  usageLimits,
  usageSources,
} from '@px0/contracts';
import type { PromptEntry } from '../../prompts/mod.ts';
import { nameOf, printable } from '../../usage/mod.ts';
import type { DeliveryPrincipal } from '../request/admission.ts';
import { ownerOf } from '../stream/subscriptions.ts';

type Declared = NonNullable<BodyOf<typeof routes.reportUsage>['reports']>[number];
type Sparse<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A row whose fields have the declared types, if they are there. */
type GivenRow = Sparse<Declared['rows'][number]>;

/** A report whose fields have the declared types, if they are there. */
export interface GivenReport extends Sparse<Omit<Declared, 'rows' | 'service'>> {
  readonly service?: Sparse<NonNullable<Declared['service']>> | undefined;
  readonly rows?: readonly GivenRow[] | undefined;
}

/** The prompts that the caller may render. */
export interface ReadablePrompts {
  byId(promptId: string): PromptEntry | undefined;
  bySlug(slug: string): PromptEntry | undefined;
}

type VersionRow = UsageWindow['versions'][number];
type FallbackRow = NonNullable<UsageWindow['fallbacks']>[number];

const SOURCES: ReadonlySet<string> = new Set(usageSources);
const BUCKETS = usageLatencyBoundsMs.length + 1;

/** How many rows a report has, countable or not. */
export function rowsOf({ rows }: GivenReport): number {
  return rows?.length ?? 0;
}

/** The window of a report, as far as it can be counted. */
export class ReportedWindow {
  readonly #report: GivenReport;
  readonly #principal: DeliveryPrincipal;
  readonly #span: { readonly started: Date; readonly ended: Date } | undefined;
  readonly #versions: VersionRow[] = [];
  readonly #fallbacks: FallbackRow[] = [];

  /** `now` is in milliseconds since 1970. */
  constructor(report: GivenReport, principal: DeliveryPrincipal, now: number) {
    this.#report = report;
    this.#principal = principal;
    this.#span = spanOf(report, now);
  }

  /** Whether its rows can be counted, each for itself. */
  get isCountable(): boolean {
    const { process, window } = this.#report;
    return (
      process !== undefined && Number.isSafeInteger(window) && Number(window) >= 1 && this.#span !== undefined
    );
  }

  /** Adds a row; false drops it. */
  add(row: GivenRow, prompts: ReadablePrompts): boolean {
    const { source = '', renders, failures } = row;
    const variables = namesOf(row);
    if (!SOURCES.has(source) || !isCount(renders) || !isCount(failures) || variables === undefined)
      return false;
    const prompt = promptOf(row, prompts);
    if (prompt === undefined) return false;
    const counts = { prompt_id: prompt.id, renders, failures, variables };
    if (source === fallbackUsageSource) {
      // No version was rendered, so nothing is to be compared with other latencies.
      if (typeof row.version === 'number' || latenciesOf(row) === undefined) return false;
      this.#fallbacks.push(counts);
      return true;
    }
    const latencies = latenciesOf(row);
    const number = row.version ?? 0;
    if (latencies === undefined || !hasVersion(prompt, number)) return false;
    this.#versions.push({ ...counts, number, latencies, source });
    return true;
  }

  /** The message; undefined when there is nothing to count. */
  message(): UsageWindow | undefined {
    const { process, window, service, sdk } = this.#report;
    if (process === undefined || window === undefined || this.#span === undefined) return undefined;
    if (this.#versions.length + this.#fallbacks.length === 0) return undefined;
    const principal = this.#principal;
    return {
      process: processOf(principal, process),
      window,
      started_at: this.#span.started.toISOString(),
      ended_at: this.#span.ended.toISOString(),
      versions: this.#versions,
      fallbacks: this.#fallbacks,
      client: {
        owner: ownerOf(principal),
        key_id: principal.kind === 'api-key' ? principal.keyId : null,
        service: printable(service?.name ?? '', usageLimits.serviceName),
        service_version: printable(service?.version ?? '', usageLimits.serviceVersion),
        sdk: printable(sdk ?? '', usageLimits.sdk),
      },
      // Its use was noted when it was authenticated, and what its processes render is not its requests.
      keys: [],
    };
  }
}

/**
 * Under which process a client's windows are counted: a UUID (version 8) of its key, or user, and the UUID that it made. Nobody can claim the windows
 * of another, or of a process of px0.
 */
export function processOf(principal: DeliveryPrincipal, process: string): string {
  const caller = principal.kind === 'api-key' ? principal.keyId : principal.userId;
  const bytes = createHash('sha256').update(`${caller}.${process}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function spanOf(
  { started_at = '', ended_at = '' }: GivenReport,
  now: number,
): { readonly started: Date; readonly ended: Date } | undefined {
  const [started, ended] = [Date.parse(started_at), Date.parse(ended_at)];
  const { windowMs, ageMs, aheadMs } = usageLimits;
  // Comparisons with what is no time are false.
  const isCountable =
    ended >= started && ended - started <= windowMs && ended >= now - ageMs && ended <= now + aheadMs;
  return isCountable ? { started: new Date(started), ended: new Date(ended) } : undefined;
}

/** A client that does not know the id of what it rendered, as of a fallback, gives the slug. */
function promptOf({ prompt_id, slug }: GivenRow, prompts: ReadablePrompts): PromptEntry | undefined {
  if (prompt_id === undefined || prompt_id === null)
    return slug === undefined ? undefined : prompts.bySlug(slug);
  const id = parseUuid(prompt_id);
  return id === undefined ? undefined : prompts.byId(id);
}

/** In a relay every prompt has every version: it does not know them all, and its upstream judges. */
function hasVersion(prompt: PromptEntry, number: number): boolean {
  return Number.isSafeInteger(number) && number >= 1 && prompt.versionRow(number) !== undefined;
}

/** One for each bucket. Those of a client that does not measure are zeros. */
function latenciesOf({ latencies }: GivenRow): number[] | undefined {
  if (latencies === undefined) return new Array<number>(BUCKETS).fill(0);
  return latencies.length === BUCKETS && latencies.every(isCount) ? [...latencies] : undefined;
}

function isCount(count: number | undefined): count is number {
  return count !== undefined && Number.isInteger(count) && count >= 0 && count <= usageLimits.count;
}

/** Each once; undefined when they are too many, or one is too long. */
function namesOf({ variables = [] }: GivenRow): string[] | undefined {
  if (variables.length > usageLimits.variables) return undefined;
  if (variables.some((name) => lengthOf(name) > usageLimits.variableName)) return undefined;
  return [...new Set(variables.map(nameOf))];
}

/** In characters, not in units of UTF-16. A text of more units than two for each character is too long anyway. */
function lengthOf(text: string): number {
  return text.length > 2 * usageLimits.variableName ? text.length : [...text].length;
}
