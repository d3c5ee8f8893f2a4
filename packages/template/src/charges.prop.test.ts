import { Random } from '@px0/testing/random';
import { expect, it } from 'vitest';
import { CaseMaker } from '../fuzz/cases.ts';
import { stepsOf } from '../fuzz/steps.ts';
import { readVectors } from '../test/vectors.ts';
import { closures, generated } from './compile.ts';
import { TemplateSyntaxError } from './errors.ts';

const LIMITS = { maxSteps: 20_000, maxOutputBytes: 200_000, maxDepth: 100 };

/** Texts at the sizes where a charge begins or grows, in characters of every width. */
const TEXTS = ['x', 'é', '日', '😀'].flatMap((character) =>
  [1, 5, 16, 21, 22, 32, 33, 63, 64, 65, 128, 129, 2000].map((count) => character.repeat(count)),
);

function aText(random: Random): string {
  return TEXTS[random.below(TEXTS.length)] ?? '';
}

it('random templates take as many steps in both backends and in an exact render, and meet the same limits', () => {
  const random = new Random(20_261_129);
  const maker = new CaseMaker(
    random,
    readVectors('random').map(({ template }) => template),
  );
  let compared = 0;
  for (let made = 0; made < 3000; made++) {
    const { template, data } = maker.make();
    const texts = {
      s: aText(random),
      a: aText(random),
      m: { [aText(random)]: 1, k: 'v' },
    };
    const variables = data === null ? null : { ...data, ...(random.chance(0.5) ? texts : {}) };
    const limits = {
      maxSteps: random.chance(0.3) ? random.below(60) : LIMITS.maxSteps,
      maxOutputBytes: random.chance(0.5) ? random.below(200) : LIMITS.maxOutputBytes,
      maxDepth: random.chance(0.3) ? random.below(4) : LIMITS.maxDepth,
    };
    try {
      const expected = stepsOf(closures, template, variables, limits, true);
      const exact = stepsOf(generated, template, variables, limits, true);
      expect({ template, ...exact }).toEqual({ template, ...expected });
      for (const backend of [closures, generated]) {
        const optimistic = stepsOf(backend, template, variables, limits, false);
        if (optimistic !== undefined) expect({ template, ...optimistic }).toEqual({ template, ...expected });
      }
      compared += 1;
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
    }
  }
  expect(compared).toBeGreaterThan(1000);
});

it.each([
  ['a literal at the bound', `{{if eq .s "${'é'.repeat(32)}"}}{{end}}`, 'é'.repeat(32), 3],
  ['a literal above it', `{{if eq .s "${'é'.repeat(33)}"}}{{end}}`, 'é'.repeat(33), 5],
  ['a literal above it that differs', `{{if eq .s "${'é'.repeat(33)}"}}{{end}}`, 'x'.repeat(66), 4],
  ['a literal of another size', `{{if eq .s "${'é'.repeat(33)}"}}{{end}}`, 'é'.repeat(34), 2],
])('%s is compared at the same price in both backends', (_what, template, s, expected) => {
  for (const backend of [closures, generated])
    expect(stepsOf(backend, template, { s }, LIMITS, false)).toEqual({ steps: expected, error: undefined });
});
