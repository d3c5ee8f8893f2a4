/** Versions as they are saved: a template and what its author wants, both of which may change from one to the next. */
import { compile } from '@px0/template';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  checkInputSchema,
  compileJudge,
  contractChange,
  type InputSchema,
  SchemaFault,
  savedSchema,
} from '../src/mod.ts';
import { twoSchemas, variables } from './arbitraries.ts';

const PIECES = [
  '{{.a}}',
  '{{.a.b}}',
  '{{.b | default "x"}}',
  '{{upper .ab}}',
  '{{range .ab}}{{.a}}{{end}}',
  '{{range .b}}{{len .}}{{end}}',
  '{{len .b}}',
  '{{index . "x-y"}}',
  '{{index .ab 0}}',
  '{{if .a}}{{.b.a}}{{end}}',
  '{{if eq .b "a" "ab"}}{{end}}',
  '{{with .a}}{{.ab}}{{end}}',
];

const piece = fc.constantFrom(...PIECES);
/** The second differs in one piece at most. */
const twoTemplates = fc
  .tuple(fc.array(piece, { maxLength: 3 }), fc.nat(3), fc.option(piece, { nil: '' }))
  .map(([pieces, place, other]) => ({
    from: pieces.join(''),
    to: [...pieces.slice(0, place), other, ...pieces.slice(place + 1)].join(''),
  }));
const twoAuthors = fc.oneof(fc.constant({ from: {}, to: {} }), twoSchemas);

/** The schema of the version that would be saved; undefined where it would be refused. */
function schemaOf(template: string, authored: InputSchema): InputSchema | undefined {
  try {
    return savedSchema(compile(template).inputSchema, checkInputSchema(authored));
  } catch (error) {
    if (error instanceof SchemaFault) return undefined;
    throw error;
  }
}

it('without a break, what the live version accepted is accepted by the next one, whatever a missing key is', () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      twoTemplates,
      twoAuthors,
      fc.array(variables, { minLength: 24, maxLength: 24 }),
      (templates, authors, samples) => {
        const from = schemaOf(templates.from, authors.from);
        const to = schemaOf(templates.to, authors.to);
        if (from === undefined || to === undefined) return;
        const { breaks } = contractChange({ kind: 'text', schema: from }, { kind: 'text', schema: to });
        if (breaks.length > 0) return;
        const [before, after] = [compileJudge(from), compileJudge(to)];
        for (const sample of samples) {
          for (const missingKey of ['error', 'default', 'zero'] as const) {
            if (before(sample, missingKey) !== undefined) continue;
            if (templates.from !== templates.to) accepted += 1;
            expect(after(sample, missingKey)?.detail, JSON.stringify([sample, from, to])).toBeUndefined();
          }
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(accepted).toBeGreaterThan(200);
});
