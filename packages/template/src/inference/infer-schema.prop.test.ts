import { Random } from '@px0/testing/random';
import { expect, it } from 'vitest';
import { SchemaCaseMaker } from '../../fuzz/schema-cases.ts';
import { satisfies } from '../../fuzz/schema-judge.ts';
import { type CompiledTemplate, closures, compileWith } from '../compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from '../errors.ts';

const LIMITS = { maxSteps: 5_000, maxOutputBytes: 100_000 };
const TEMPLATES = process.env['PX0_FUZZ'] === 'long' ? 20_000 : 300;

/** The same in every run of `npm test`. */
const SEED = process.env['PX0_FUZZ'] === 'long' ? Date.now() : 20_261_130;

function compiled(text: string): CompiledTemplate | undefined {
  try {
    return compileWith(closures, text, LIMITS);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined;
    throw error;
  }
}

function renders(template: CompiledTemplate, variables: Readonly<Record<string, unknown>>): boolean {
  try {
    template.render(variables);
    return true;
  } catch (error) {
    if (error instanceof TemplateExecutionError) return false;
    throw error;
  }
}

it(`data that renders is never refused (seed ${SEED})`, () => {
  const maker = new SchemaCaseMaker(new Random(SEED));
  const tally = { rendered: 0, failed: 0, failedAndRefused: 0 };
  const refused: object[] = [];
  for (let made = 0; made < TEMPLATES; made++) {
    const text = maker.template();
    const template = compiled(text);
    if (template === undefined) continue;
    const schema = template.inputSchema;
    for (let round = 0; round < 4; round++) {
      const variables = maker.variables(schema);
      for (const data of [variables, ...Array.from({ length: 5 }, () => maker.neighbour(variables))]) {
        const isAccepted = satisfies(schema, data);
        if (renders(template, data)) {
          tally.rendered += 1;
          if (!isAccepted) refused.push({ text, data, schema });
        } else {
          tally.failed += 1;
          if (!isAccepted) tally.failedAndRefused += 1;
        }
      }
    }
  }
  expect(refused).toEqual([]);
  expect(tally.rendered).toBeGreaterThan(TEMPLATES);
  expect(tally.failedAndRefused).toBeGreaterThan(TEMPLATES);
});
