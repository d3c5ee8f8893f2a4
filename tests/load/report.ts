/** What the samples say: the second quarter of the time, when caches are full, beside the last one. */
import type { MixResult } from './mix.ts';
import type { Sample } from './sampler.ts';

/** Heaps breathe: less than this is no growth. */
const MEMORY_SLACK = { share: 0.15, mebibytes: 40 };
/** Connections follow how many requests wait at once, which a busy machine lets swing; a leak goes on. */
const HANDLE_SLACK = 100;
const OWED_SLACK = 50;
const LAG_SLACK_MS = 250;

interface Row {
  readonly what: string;
  readonly early: number;
  readonly late: number;
  readonly slack: number;
}

function rows(samples: readonly Sample[]): readonly Row[] {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  const row = (what: string, value: (sample: Sample) => number, slack: (early: number) => number): Row => {
    const before = median(early.map(value));
    return { what, early: before, late: median(late.map(value)), slack: slack(before) };
  };
  const names = Object.keys(samples[0]?.memory ?? {});
  return [
    ...names.map((name) =>
      row(
        `memory of ${name}, MiB`,
        ({ memory }) => memory[name] ?? Number.NaN,
        (before) => Math.max(MEMORY_SLACK.mebibytes, before * MEMORY_SLACK.share),
      ),
    ),
    ...names.map((name) =>
      row(
        `handles of ${name}`,
        ({ handles }) => handles[name] ?? Number.NaN,
        () => HANDLE_SLACK,
      ),
    ),
    row(
      'outbox rows owed',
      ({ owed }) => owed,
      () => OWED_SLACK,
    ),
    row(
      'outbox rows',
      ({ outbox }) => outbox,
      () => OWED_SLACK,
    ),
    row(
      'lag of a promotion, ms',
      ({ lagMs }) => lagMs,
      () => LAG_SLACK_MS,
    ),
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What grew, one sentence each. */
export function growthOf(samples: readonly Sample[]): readonly string[] {
  return rows(samples)
    .filter(({ early, late, slack }) => !(late <= early + slack))
    .map(({ what, early, late }) => `${what} grew from ${early.toFixed(0)} to ${late.toFixed(0)}`);
}

/** Markdown, and a line for each thing that is wrong. */
export function table(samples: readonly Sample[], result: MixResult, growth: readonly string[]): string {
  return [
    '',
    '| what | second quarter | last quarter |',
    '| --- | --- | --- |',
    ...rows(samples).map(({ what, early, late }) => `| ${what} | ${early.toFixed(0)} | ${late.toFixed(0)} |`),
    `| requests asked, failed | ${result.asked} | ${result.failed} |`,
    `| latency p50, p99, ms | ${result.p50.toFixed(1)} | ${result.p99.toFixed(1)} |`,
    '',
    ...growth,
    ...result.failures,
    '',
  ].join('\n');
}
