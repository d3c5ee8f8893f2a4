/** Short forms for the cases of usage. */
import { START } from '../played.ts';
import type {
  CountedRender,
  ExpectedReport,
  ExpectedRow,
  Range,
  Service,
  UsageCase,
  UsageOptions,
  UsageStep,
} from './case.ts';

export const SERVICE: Service = { name: 'checkout', version: '1.4.2' };
export const MINUTE = 60_000;

const BUCKETS = 14;

/** The counts of buckets by their index. */
export function latencies(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => counts[bucket] ?? 0);
}

const greeting: CountedRender = {
  prompt_id: 'p1',
  slug: 'greeting',
  version: 7,
  source: 'stream',
  duration_ms: 0.01,
  variables: ['name'],
};

const RANGED: CountedRender = { ...greeting, prompt_id: 'p{n}', slug: 's{n}', version: 1, variables: [] };

export function rendered(at: number, render: Partial<CountedRender> = {}, times?: number): UsageStep {
  return { at, render: { ...greeting, ...render }, ...(times !== undefined && { times }) };
}

/** A render each of so many prompts. */
export function renderedEach(at: number, from: number, to: number): UsageStep {
  return { at, render: RANGED, from, to };
}

export function row(given: Partial<ExpectedRow> = {}): ExpectedRow {
  const { renders = 1, failures = 0 } = given;
  return {
    prompt_id: 'p1',
    slug: 'greeting',
    version: 7,
    source: 'stream',
    renders,
    failures,
    latencies: latencies({ 0: renders + failures }),
    variables: ['name'],
    ...given,
  };
}

/** What `renderedEach` comes to. */
export function rowEach(from: number, to: number): { readonly row: ExpectedRow } & Range {
  return { row: row({ prompt_id: 'p{n}', slug: 's{n}', version: 1, variables: [] }), from, to };
}

export function report(
  window: number,
  startedAt: number,
  endedAt: number,
  ...rows: ExpectedReport['rows']
): ExpectedReport {
  return { window, started_at: timeAt(startedAt), ended_at: timeAt(endedAt), service: SERVICE, rows };
}

function timeAt(elapsed: number): string {
  return new Date(START + elapsed).toISOString();
}

type Answer = Extract<UsageStep, { readonly request: unknown }>['answer'];

export const ACCEPTED: Answer = { status: 204 };

export function sends(at: number, reports: readonly ExpectedReport[], answer: Answer = ACCEPTED): UsageStep {
  return { at, request: { reports }, answer };
}

/** A request with just these windows, whatever they hold. */
export function sendsWindows(at: number, windows: readonly number[], answer: Answer = ACCEPTED): UsageStep {
  return { at, request: { windows }, answer };
}

export function usageCase(
  id: string,
  about: string,
  steps: readonly (UsageStep | readonly UsageStep[])[],
  options: Partial<UsageOptions> = {},
): UsageCase {
  return {
    id,
    about,
    options: { usage: 'full', service: SERVICE, ...options },
    steps: steps.flat() as UsageStep[],
  };
}

/** Numbers from the first to the last. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
