/** Time per call, the best of several rounds: what the machine does when nothing else disturbs it. */

const ROUNDS = 9;
const ROUND_MS = 60;

/** Keeps results from being optimised away. */
let sink = 0;

export function keep(): number {
  return sink;
}

/** In nanoseconds. `read` makes the result count, as sending it would. */
export function nanosecondsPerCall(call: () => string): number {
  let perRound = 1;
  // Warm-up, until a round is long enough to be measured.
  while (roundMilliseconds(call, perRound) < ROUND_MS) perRound *= 2;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, roundMilliseconds(call, perRound) / perRound);
  return best * 1e6;
}

function roundMilliseconds(call: () => string, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) sink += call().length;
  return performance.now() - start;
}
