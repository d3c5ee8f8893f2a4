/** Renders random cases with both backends and with Go, and tells where they differ. */

import { Random } from '@px0/testing/random';
import { type Backend, closures, compileWith, generated } from '../src/compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from '../src/errors.ts';
import { CaseMaker, type FuzzCase } from './cases.ts';
import type { Outcome } from './go-oracle.ts';

export interface Difference {
  readonly fuzzCase: FuzzCase;
  readonly backend: string;
  readonly expected: Outcome;
  readonly actual: Outcome;
}

export interface Tally {
  readonly differences: readonly Difference[];
  readonly compared: number;
  readonly outputs: number;
  readonly parseErrors: number;
  readonly execErrors: number;
  /** Not compared: a limit of ours was reached. */
  readonly skipped: number;
}

const BACKENDS: readonly (readonly [string, Backend])[] = [
  ['closures', closures],
  ['generated', generated],
];

/** Small, so that no case grows out of hand in Go either. */
const LIMITS = { maxSteps: 20_000, maxOutputBytes: 200_000, maxDepth: 100 };

function render(backend: Backend, fuzzCase: FuzzCase): Outcome | 'limit' {
  try {
    const template = compileWith(backend, fuzzCase.template, { ...LIMITS, missingKey: fuzzCase.missingKey });
    return { output: Buffer.from(template.renderBytes(fuzzCase.data)).toString('base64') };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { parseError: error.message };
    if (!(error instanceof TemplateExecutionError)) throw error;
    return error.limit === undefined ? { execError: error.message } : 'limit';
  }
}

function isEqual(a: Outcome, b: Outcome): boolean {
  return a.output === b.output && a.parseError === b.parseError && a.execError === b.execError;
}

export function compareWithGo(
  ask: (cases: readonly FuzzCase[]) => Outcome[],
  seeds: readonly string[],
  seed: number,
  count: number,
): Tally {
  const maker = new CaseMaker(new Random(seed), seeds);
  const cases: FuzzCase[] = [];
  const actuals: Outcome[][] = [];
  let skipped = 0;
  for (let made = 0; made < count; made++) {
    const fuzzCase = maker.make();
    const outcomes = BACKENDS.map(([, backend]) => render(backend, fuzzCase));
    const known = outcomes.filter((outcome) => outcome !== 'limit');
    if (known.length < outcomes.length) skipped += 1;
    else {
      cases.push(fuzzCase);
      actuals.push(known);
    }
  }
  const tally = { outputs: 0, parseErrors: 0, execErrors: 0 };
  const differences: Difference[] = [];
  ask(cases).forEach((expected, index) => {
    const fuzzCase = cases[index];
    if (fuzzCase === undefined) return;
    if (expected.output !== undefined) tally.outputs += 1;
    else if (expected.parseError !== undefined) tally.parseErrors += 1;
    else tally.execErrors += 1;
    actuals[index]?.forEach((actual, number) => {
      if (isEqual(expected, actual)) return;
      differences.push({ fuzzCase, backend: BACKENDS[number]?.[0] ?? '', expected, actual });
    });
  });
  return { ...tally, differences, compared: cases.length, skipped };
}
