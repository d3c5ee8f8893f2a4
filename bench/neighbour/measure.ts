/** What both parts share: which templates are heavy, and how a small call fares beside them. */
import { type HeavyTemplate, heavyTemplates } from '../../packages/template/bench/heavy.ts';
import { type Call, Loop, paced, type Timed } from '../lib/paced.ts';
import type { Program } from '../lib/program.ts';
import { quantile } from '../lib/statistics.ts';

export const PER_SECOND = 100;
export const SECONDS = 20;
export const HEAVY_CONNECTIONS = 2;
/** Templates of more bytes are not legal. */
const MAX_TEMPLATE_BYTES = 524_288;
/** Bodies of more bytes are not, either. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The heaviest known templates of every function that can be saved and rendered. */
export function legalHeavyTemplates(): HeavyTemplate[] {
  return heavyTemplates().filter(
    ({ template, data }) =>
      Buffer.byteLength(template) <= MAX_TEMPLATE_BYTES &&
      Buffer.byteLength(JSON.stringify({ variables: data })) <= MAX_BODY_BYTES,
  );
}

/** A row of the table; the first column is called `process`. */
export async function measure(name: string, program: Program, call: Call, heavy: readonly Call[]) {
  await program.eventLoop();
  const loop = heavy.length > 0 ? new Loop(heavy, HEAVY_CONNECTIONS) : undefined;
  const answers = await paced(call, PER_SECOND, SECONDS);
  const loopState = await program.eventLoop();
  await loop?.stop();
  const times = answers.map(({ milliseconds }) => milliseconds);
  return {
    process: name,
    'p50 ms': quantile(times, 0.5).toFixed(1),
    'p99 ms': quantile(times, 0.99).toFixed(1),
    'longest ms': Math.max(...times).toFixed(1),
    'not 200': answers.filter(({ status }) => status !== 200).length,
    'hold p99.9, longest (processor ms)': `${loopState.holdP999.toFixed(1)}, ${loopState.longestHold.toFixed(1)}`,
    'heavy answers': loop === undefined ? '' : statuses(loop.statuses),
  };
}

function statuses(counts: ReadonlyMap<Timed['status'], number>): string {
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
}
