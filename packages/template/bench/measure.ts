/**
 * Time per call, the best of many short rounds: what the machine does while nothing else disturbs it. Longer rounds would
 * each be interrupted on a busy machine.
 */

const WARM_UP_MS = 150;
const ROUNDS = 80;
const ROUND_MS = 3;

/** Texts are kept for a while, or the engine would leave out work whose result nobody sees. */
const kept: string[] = new Array(64).fill('');
let characters = 0;

/** Never zero: what has been read counts. */
export function charactersRead(): number {
  return characters + kept.length;
}

/** Nanoseconds until the text is handed over, which in JavaScript may be a rope of its pieces. */
export function nanosecondsPerCall(call: () => string): number {
  return best((count) => {
    for (let i = 0; i < count; i++) kept[i & 63] = call();
  });
}

/** Nanoseconds until the text is in one piece, as it has to be when it is sent. */
export function nanosecondsUntilFlat(call: () => string): number {
  return best((count) => {
    for (let i = 0; i < count; i++) {
      const text = call();
      characters += text.charCodeAt(text.length >> 1);
    }
  });
}

function best(run: (count: number) => void): number {
  const milliseconds = (count: number): number => {
    const start = performance.now();
    run(count);
    return performance.now() - start;
  };
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) run(10);
  let perRound = 1;
  while (milliseconds(perRound) < ROUND_MS) perRound *= 2;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) least = Math.min(least, milliseconds(perRound) / perRound);
  return least * 1e6;
}
