/** `npm run bench:heavy -w packages/template [-- words of a name]`: milliseconds that a million steps take, the worst first. */
import { stepsOf } from '../fuzz/steps.ts';
import { type Backend, closures, generated } from '../src/compile.ts';
import { heavyTemplates } from './heavy.ts';

const LIMITS = { maxSteps: 1_000_000, maxOutputBytes: 8 * 1024 * 1024, maxDepth: 100 };
/** A budget that shows first whether the whole one would take too long. */
const TRIAL_STEPS = 2000;
const PATIENCE_MS = 20_000;

const fastest: Backend = (plan) => {
  try {
    return generated(plan);
  } catch {
    return closures(plan);
  }
};

function milliseconds(
  template: string,
  data: Readonly<Record<string, unknown>>,
  maxSteps: number,
): [ms: number, steps: number] {
  const start = performance.now();
  const limits = { ...LIMITS, maxSteps };
  const { steps = 0 } =
    stepsOf(fastest, template, data, limits, false) ?? stepsOf(fastest, template, data, limits, true) ?? {};
  return [performance.now() - start, steps];
}

function main(): void {
  const words = process.argv.slice(2).join(' ');
  const rows = heavyTemplates()
    .filter(({ name }) => name.includes(words))
    .map(({ name, template, data }) => {
      // As a request brings it.
      const received: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(data));
      const [trial] = milliseconds(template, received, TRIAL_STEPS);
      const isBearable = (trial * LIMITS.maxSteps) / TRIAL_STEPS < PATIENCE_MS * 2;
      const [ms, steps] = isBearable
        ? milliseconds(template, received, LIMITS.maxSteps)
        : milliseconds(template, received, TRIAL_STEPS * 5);
      return { name, ms, steps, perMillion: (ms / steps) * 1e6, isBearable };
    });
  for (const { name, ms, steps, perMillion } of rows.sort((a, b) => b.perMillion - a.perMillion))
    console.log(
      `${perMillion.toFixed(0).padStart(10)} ms per 1,000,000 steps; ${ms.toFixed(0).padStart(7)} ms for ${String(steps).padStart(8)}  ${name}`,
    );
}

main();
