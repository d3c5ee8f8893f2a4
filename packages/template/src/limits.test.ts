import { describe, expect, it } from 'vitest';
import { heavyTemplates } from '../bench/heavy.ts';
import { generateRenderer } from './backends/generate.ts';
import { type CompileOptions, closures, compile, compileWith, generated } from './compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from './errors.ts';
import { planTemplate } from './plan/planner.ts';
import { highlight } from './syntax/highlight.ts';
import { parse } from './syntax/parser.ts';
import { Source } from './syntax/source.ts';

const BACKENDS = [
  ['generated code', generated],
  ['closures', closures],
] as const;

describe.each(BACKENDS)('%s', (_name, backend) => {
  function failure(
    text: string,
    data: Record<string, unknown>,
    options: CompileOptions,
  ): TemplateExecutionError {
    try {
      compileWith(backend, text, options).render(data);
    } catch (error) {
      if (error instanceof TemplateExecutionError) return error;
      throw error;
    }
    throw new Error(`renders: ${text}`);
  }

  it('allows an output of exactly the limit, and counts it in bytes', () => {
    const options = { maxOutputBytes: 6 };
    expect(compileWith(backend, '{{.s}}{{.s}}', options).render({ s: 'é-' })).toBe('é-é-');
    const error = failure('{{.s}}{{.s}}-', { s: 'é-' }, options);
    expect(error.limit).toBe('output');
    expect(error.message).toContain('exceeded maximum output size (6 bytes)');
  });

  it.each([
    ['a loop', `{{range 400000}}${'0123456789'.repeat(10)}{{end}}`],
    ['a printf width', '{{range 100}}{{printf "%1000000d" 1}}{{end}}'],
    ['a printf of many widths', `{{printf "${'%999999d'.repeat(50)}" ${'1 '.repeat(50)}}}`],
    ['an indent', '{{indent 100000000 "x"}}'],
    ['an indent of many lines', '{{indent 100000 .lines}}'],
    ['a join', '{{join .big .list}}'],
    ['a repeated value', '{{range .list}}{{$.big}}{{end}}'],
    ['templates that double', doubling(40, 'x'.repeat(200))],
    ['escapes that add up', '{{html (html (html (html (html (html .amps)))))}}'],
  ])('ends %s that prints too much', (_what, text) => {
    const data = {
      big: 'x'.repeat(100_000),
      list: Array.from({ length: 1000 }, () => 1),
      lines: '\n'.repeat(1000),
      amps: '&'.repeat(1_000_000),
    };
    expect(failure(text, data, {}).limit).toBe('output');
  });

  it.each([
    ['nested loops', '{{range 100000}}{{range 100000}}{{end}}{{end}}'],
    ['templates that double without output', doubling(60, '')],
    ['long texts compared again and again', '{{range 1000000}}{{if eq $.a $.b}}{{end}}{{end}}'],
    ['large values printed again and again', '{{range 1000000}}{{if len (print $.list)}}{{end}}{{end}}'],
    ['large maps ranged over again and again', '{{range 1000000}}{{range $.map}}{{break}}{{end}}{{end}}'],
  ])('ends %s after too many steps', (_what, text) => {
    const data = {
      a: 'x'.repeat(100_000),
      b: `${'x'.repeat(99_999)}y`,
      list: Array.from({ length: 10_000 }, () => 1),
      map: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index])),
    };
    const error = failure(text, data, {});
    expect(error.limit).toBe('steps');
    expect(error.message).toContain('exceeded maximum number of steps (1000000)');
  });

  it('ends template calls that go too deep, with the message of Go', () => {
    const error = failure('{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}', {}, {});
    expect(error.message).toBe(
      'template: prompt:1:25: executing "t" at <{{template "t" .}}>: exceeded maximum template depth (100)',
    );
    expect(error.limit).toBe('depth');
    const chain =
      '{{define "t"}}{{if .}}{{template "t" (slice . 1)}}{{else}}end{{end}}{{end}}{{template "t" .s}}';
    expect(compileWith(backend, chain).render({ s: 'x'.repeat(99) })).toBe('end');
  });

  it('turns exhaustion of the stack into an error of its own', () => {
    const open = '{{if true}}'.repeat(480);
    const close = '{{end}}'.repeat(480);
    const text = `{{define "t"}}${open}{{template "t" .}}${close}{{end}}{{template "t" .}}`;
    expect(failure(text, {}, { maxDepth: 1_000_000, maxSteps: 1e9 }).limit).toBe('depth');
  });

  it('refuses to print data that is nested too deep', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(failure('{{.d}}', { d: deep }, {}).message).toContain('data nested more than 1000 deep');
    expect(failure('{{toJson .d}}', { d: deep }, {}).message).toContain('data nested more than 1000 deep');
    expect(failure('{{.d | printf "%q"}}\ud800', { d: deep }, {}).message).toContain(
      'data nested more than 1000 deep',
    );
  });
});

it.each([
  ['parentheses', `{{${'('.repeat(30_000)}`],
  ['actions', '{{if .x}}'.repeat(30_000)],
  ['else-ifs', `{{if .x}}${'{{else if .x}}'.repeat(30_000)}{{end}}`],
  ['definitions', '{{define "x"}}'.repeat(30_000)],
  ['blocks', '{{block "x" .}}'.repeat(30_000)],
])('the parser refuses %s nested too deep', (_what, text) => {
  expect(() => compileWith(closures, text)).toThrow(TemplateSyntaxError);
});

it('a pipeline longer than the stack is refused like templates too deep', () => {
  const template = compile(`{{1${'|print'.repeat(80_000)}}}`);
  expect(() => template.render({})).toThrow(/: exceeded maximum template depth \(100\)$/);
});

it('makes no code of blocks that are nested deep, which would take long to read', () => {
  const nested = (levels: number) => `${'{{if 1}}'.repeat(levels)}x${'{{end}}'.repeat(levels)}`;
  const plan = (levels: number) => planTemplate('prompt', parse(new Source('prompt', nested(levels))));
  expect(() => generateRenderer(plan(50), 50)).not.toThrow();
  expect(() => generateRenderer(plan(51), 50)).toThrow('more than 50 blocks inside one another');
  expect(compile(nested(499)).render({})).toBe('x');
});

it('a text of 512 KiB is a template, and one with a byte more is not', () => {
  expect(compileWith(closures, 'é'.repeat(262_144)).render({})).toHaveLength(262_144);
  expect(() => compileWith(closures, `${'é'.repeat(262_144)}x`)).toThrow(
    new TemplateSyntaxError('template must be at most 524288 bytes', 1, 0),
  );
  expect(() => compileWith(closures, `${'é'.repeat(262_143)}\ud800`)).toThrow(TemplateSyntaxError);
});

/** So large that work which grows with its square would take minutes, far beyond the test's timeout; linear work takes a second. */
const SIZE = 500_000;

it.each([
  ['open comments', '{{/*'],
  ['comments', '{{/**/}}'],
  ['white space before trims', '   \n{{- /**/ -}}'],
  ['quotes', '{{"'],
  ['raw quotes', '{{`'],
  ['unfinished actions', '{{.x '],
  ['closing braces', '}}'],
  ['fields', '{{.a.b.c.d.e}}'],
  ['variables', '{{$x := 1}}'],
  ['skipped declarations', '{{or 1 ($x := 2)}}{{with $x := 1}}{{$x}}{{end}}'],
  ['numbers', '{{1_1_1}}'],
  ['spaces in an action', ' '],
  ['letters', 'é'],
  ['formats', '{{printf "%[%[%["}}'],
])('%s are parsed, rendered and highlighted in linear time', (_what, piece) => {
  const text = piece.repeat(Math.floor(SIZE / Buffer.byteLength(piece)));
  for (const source of [
    text,
    `{{${text}`,
    `{{.x${text}}}`,
    `{{printf \`${text.replaceAll('`', '')}\`}}`,
    `{{${'1'.repeat(SIZE)}e}}`,
    `{{.x${'.x'.repeat(SIZE / 2)}}}`,
  ]) {
    highlight(source);
    try {
      const template = compileWith(closures, source);
      expect(template.variables.length).toBeLessThan(SIZE);
      template.render({});
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) expect(error).toBeInstanceOf(TemplateExecutionError);
    }
  }
});

/** Work that costs no steps: done anew each time, each of these would take minutes, far beyond the test's timeout. */
it.each([
  'eq of texts of other sizes',
  'eq of texts as long in units',
  'lt of long and short texts',
  'index of a map by long keys',
  'index of long keys',
  'truth of many keys',
  'trim of blanks',
  'join of nothing',
  'join of empty texts',
  'join of a long separator',
  'printf, cut to one character, mixed',
])('%s does not walk through the value again and again', (name) => {
  const heavy = heavyTemplates().find((one) => one.name === name);
  const { template, data } = heavy ?? { template: '', data: {} };
  expect(() => compileWith(generated, template).render(data)).toThrow('exceeded maximum number of steps');
});

/** Each template calls the next one twice. */
function doubling(count: number, text: string): string {
  const definitions = Array.from(
    { length: count },
    (_, index) =>
      `{{define "t${index}"}}${text}{{template "t${index + 1}"}}{{template "t${index + 1}"}}{{end}}`,
  );
  return `${definitions.join('')}{{define "t${count}"}}${text}{{end}}{{template "t0"}}`;
}
