/** Two kinds of load in alternating runs: what the machine does meanwhile hits both alike. */
import { CONNECTIONS, type MeasuredLoad } from './measured-load.ts';
import { median, spread } from './statistics.ts';

export interface Side {
  readonly name: string;
  readonly run: (seconds: number) => Promise<MeasuredLoad>;
}

export interface PairsOptions {
  readonly pairs: number;
  readonly seconds: number;
}

/** Both sides warm up, then each goes first in half of the pairs. */
export async function alternatingPairs(baseline: Side, other: Side, { pairs, seconds }: PairsOptions) {
  await baseline.run(seconds);
  await other.run(seconds);
  const runs: { baseline: MeasuredLoad; other: MeasuredLoad }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) runs.push({ baseline: await baseline.run(seconds), other: await other.run(seconds) });
    else {
      const first = await other.run(seconds);
      runs.push({ baseline: await baseline.run(seconds), other: first });
    }
  }
  const ratios = (read: (run: MeasuredLoad) => number) =>
    spread(
      runs.map((run) => read(run.other) / read(run.baseline)),
      3,
    );
  return {
    method: `one process, ${CONNECTIONS} connections, ${pairs} alternating pairs of ${seconds} s`,
    rows: [
      row(
        baseline.name,
        runs.map((run) => run.baseline),
      ),
      row(
        other.name,
        runs.map((run) => run.other),
      ),
    ],
    summary: `${other.name} to ${baseline.name}: ${ratios((run) => run.perSecond)} of the renders, ${ratios((run) => run.cpuMicroseconds)} of the processor time for one`,
  };
}

function row(name: string, runs: readonly MeasuredLoad[]) {
  return {
    '': name,
    'renders/s': spread(
      runs.map((run) => run.perSecond),
      0,
    ),
    'p50 ms': median(runs.map((run) => run.p50)).toFixed(2),
    'p99 ms': median(runs.map((run) => run.p99)).toFixed(2),
    'CPU µs/render': spread(
      runs.map((run) => run.cpuMicroseconds),
      1,
    ),
  };
}
