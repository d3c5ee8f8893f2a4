/** `npm run bench:heavy -w packages/template [-- words of a name]`: processor time that a million steps take, the worst first. */
import { stepsOf } from '../fuzz/steps.ts';
import { type Backend, closures, generated } from '../src/compile.ts';
import { heavyTemplates } from './heavy.ts';

const LIMITS = { maxSteps: 1_000_000, maxOutputBytes: 8 * 1024 * 1024, maxDepth: 100 };
/** Budgets whose difference shows first whether the whole one would take too long. */
const TRIAL_STEPS = [2000, 12_000] as const;
const PATIENCE_MS = 20_000;

const fastest: Backend = (plan) => {
  try {
    return generated(plan);
  } catch {
    return closures(plan);
  }
};

interface Time {
  /** Of processor time: other programs do not count. */
  readonly ms: number;
  readonly steps: number;
}

function measure(template: string, data: Readonly<Record<string, unknown>>, maxSteps: number): Time {
  const limits = { ...LIMITS, maxSteps };
  const before = process.threadCpuUsage();
  const { steps = 0 } =
    stepsOf(fastest, template, data, limits, false) ?? stepsOf(fastest, template, data, limits, true) ?? {};
  const { user, system } = process.threadCpuUsage(before);
  return { ms: (user + system) / 1000, steps };
}

function measureHeavy(template: string, data: Readonly<Record<string, unknown>>): Time {
  const [few, more] = TRIAL_STEPS.map((steps) => measure(template, data, steps));
  if (few === undefined || more === undefined || more.steps <= few.steps)
    return measure(template, data, LIMITS.maxSteps);
  const trial = { ms: more.ms - few.ms, steps: more.steps - few.steps };
  return perMillion(trial) < PATIENCE_MS ? measure(template, data, LIMITS.maxSteps) : trial;
}

function perMillion({ ms, steps }: Time): number {
  return (ms / steps) * LIMITS.maxSteps;
}

function main(): void {
  const words = process.argv.slice(2).join(' ');
  const rows = heavyTemplates()
    .filter(({ name }) => name.includes(words))
    // The data as a request brings it.
    .map(({ name, template, data }) => ({
      name,
      time: measureHeavy(template, JSON.parse(JSON.stringify(data))),
    }))
    .sort((a, b) => perMillion(b.time) - perMillion(a.time));
  console.log('ms of processor time per 1,000,000 steps');
  for (const { name, time } of rows) console.log(`${perMillion(time).toFixed(0).padStart(10)}  ${name}`);
}

main();
