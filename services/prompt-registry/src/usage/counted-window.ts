/** A window as the tables take it. */
import {
  fallbackUsageSource,
  liveUsageSource,
  type PromptId,
  parseUuid,
  type UsageWindow,
  usageLatencyBoundsMs,
  usageLimits,
} from '@px0/contracts';

export interface CountedWindow {
  readonly process: string;
  readonly window: number;
  /** Whose windows take turns with those of others; undefined for a process of px0. */
  readonly owner: string | undefined;
  readonly content: WindowContent;
}

/** What a window adds, in the words of the statement that counts it. */
export interface WindowContent {
  /** When the window began and ended. */
  readonly started: string;
  readonly ended: string;
  /** Whether a client says so: it may name versions that do not exist. */
  readonly reported: boolean;
  readonly counts: readonly VersionCount[];
  readonly services: readonly ServiceCount[];
  readonly callers: readonly CallerCount[];
  readonly reasons: readonly ReasonCount[];
}

export interface VersionCount {
  readonly prompt_id: PromptId;
  readonly version: number;
  readonly renders: number;
  readonly failures: number;
  /** One count for each of the contract's latency buckets. */
  readonly latencies: readonly number[];
}

export interface ServiceCount {
  readonly prompt_id: PromptId;
  /** 0: a fallback. */
  readonly version: number;
  readonly service: string;
  readonly source: string;
  readonly renders: number;
  readonly failures: number;
  readonly service_version: string;
  readonly sdk: string;
  readonly variables: readonly string[];
}

export interface CallerCount {
  readonly prompt_id: PromptId;
  readonly version: number;
  readonly key_id: string;
  readonly renders: number;
  readonly failures: number;
}

export interface ReasonCount {
  readonly prompt_id: PromptId;
  readonly version: number;
  readonly reason: string;
  readonly failures: number;
}

/** Stands for the sessions of people where a key has its id. */
export const NO_KEY = '00000000-0000-0000-0000-000000000000';

const LARGEST_VERSION = 2_147_483_647;
/** More buckets than the contract has would only lengthen rows. */
const BUCKETS = usageLatencyBoundsMs.length + 1;
const LONGEST_SOURCE = 16;
const LONGEST_OWNER = 64;

type Row = UsageWindow['versions'][number];
type Client = UsageWindow['client'];
type Counts = Pick<Row, 'renders' | 'failures'>;

/** Ids and numbers that no prompt can have would make the statement fail, for all the others in the window, too. */
export function countedWindow({ versions, fallbacks = [], client, ...usage }: UsageWindow): CountedWindow {
  const rows = versions.flatMap((row) => withPromptId(row)).filter(({ number }) => number <= LARGEST_VERSION);
  const started = timeOf(usage.started_at) ?? new Date();
  const services =
    client === undefined
      ? rows.flatMap(liveServices)
      : [
          ...rows.map((row) =>
            serviceCount(row, { version: row.number, source: row.source ?? '', client }, row),
          ),
          ...fallbacks
            .flatMap((row) => withPromptId(row))
            .map((row) => serviceCount(row, { version: 0, source: fallbackUsageSource, client }, row)),
        ];
  return {
    process: plain(usage.process),
    window: usage.window,
    owner: client === undefined ? undefined : cut(client.owner, LONGEST_OWNER),
    content: {
      started: started.toISOString(),
      ended: (timeOf(usage.ended_at) ?? started).toISOString(),
      reported: client !== undefined,
      counts: rows.map((row) => ({
        prompt_id: row.promptId,
        version: row.number,
        ...countsOf(row),
        latencies: row.latencies.slice(0, BUCKETS).map(bounded),
      })),
      services,
      callers: rows.flatMap((row) => callersOf(row, client)),
      reasons: client === undefined ? rows.flatMap(reasonsOf) : [],
    },
  };
}

function withPromptId<R extends { readonly prompt_id: string }>(
  row: R,
): (R & { readonly promptId: PromptId })[] {
  const promptId = parseUuid(row.prompt_id);
  return promptId === undefined ? [] : [{ ...row, promptId }];
}

/** What px0 rendered for services that gave their name. */
function liveServices(row: Row & { readonly promptId: PromptId }): ServiceCount[] {
  const { promptId, number, services = [] } = row;
  return services.map(({ service, ...counts }) => {
    const client = { service, service_version: '', sdk: '' };
    return serviceCount({ promptId }, { version: number, source: liveUsageSource, client }, counts);
  });
}

interface Origin {
  readonly version: number;
  readonly source: string;
  readonly client: Pick<NonNullable<Client>, 'service' | 'service_version' | 'sdk'>;
}

function serviceCount(
  { promptId }: { readonly promptId: PromptId },
  { version, source, client }: Origin,
  { variables = [], ...counts }: Counts & { readonly variables?: readonly string[] | undefined },
): ServiceCount {
  return {
    prompt_id: promptId,
    version,
    service: cut(client.service, usageLimits.serviceName),
    source: cut(source, LONGEST_SOURCE),
    ...countsOf(counts),
    service_version: cut(client.service_version, usageLimits.serviceVersion),
    sdk: cut(client.sdk, usageLimits.sdk),
    variables: variables.slice(0, usageLimits.variables).map((name) => cut(name, usageLimits.variableName)),
  };
}

/** Whose key rendered: of px0's own renders as it counted them, and of a client's all by the key that it reports with. */
function callersOf(row: Row & { readonly promptId: PromptId }, client: Client): CallerCount[] {
  const { promptId, number, callers = [] } = row;
  const counted = client === undefined ? callers : [{ ...countsOf(row), key_id: client.key_id }];
  return counted.flatMap(({ key_id, ...counts }) => {
    const keyId = key_id === null ? NO_KEY : parseUuid(key_id);
    return keyId === undefined
      ? []
      : [{ prompt_id: promptId, version: number, key_id: keyId, ...countsOf(counts) }];
  });
}

function reasonsOf({ promptId, number, reasons = [] }: Row & { readonly promptId: PromptId }): ReasonCount[] {
  return reasons.map(({ reason, failures }) => ({
    prompt_id: promptId,
    version: number,
    reason: cut(reason, usageLimits.reason),
    failures: bounded(failures),
  }));
}

function countsOf({ renders, failures }: Counts): Counts {
  return { renders: bounded(renders), failures: bounded(failures) };
}

/** So that no sum of many leaves the range of the column. */
function bounded(count: number): number {
  return Math.min(count, usageLimits.count);
}

/** Postgres counts code points, as this does; what it cannot hold is left out. */
function cut(text: string, length: number): string {
  const held = plain(text);
  return held.length <= length ? held : Array.from(held).slice(0, length).join('');
}

function plain(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function timeOf(text: string): Date | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time);
}
