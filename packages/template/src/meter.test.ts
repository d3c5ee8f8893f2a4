import { describe, expect, it } from 'vitest';
import { closures, compileWith, generated } from './compile.ts';
import { TemplateExecutionError } from './errors.ts';
import type { Meter } from './values/meter.ts';

const BACKENDS = [
  ['generated code', generated],
  ['closures', closures],
] as const;

class Stopped extends Error {}

/** A meter that ends the render at the question of that number, or never. */
function meter({ stopAt = Number.POSITIVE_INFINITY, maxUnits = Number.POSITIVE_INFINITY } = {}) {
  const asked: number[] = [];
  const watching: Meter = {
    maxUnits,
    proceed: (nanoseconds) => {
      asked.push(nanoseconds);
      if (asked.length >= stopAt) throw new Stopped();
    },
    tooLong: () => {
      throw new Stopped();
    },
  };
  return { asked, watching };
}

describe.each(BACKENDS)('a metered render by %s', (_name, backend) => {
  const outcome = (
    text: string,
    data: Record<string, unknown>,
    maxSteps: number,
    watching?: Meter,
  ): string => {
    try {
      return compileWith(backend, text, { maxSteps }).render(data, watching && { meter: watching });
    } catch (error) {
      if (error instanceof TemplateExecutionError) return error.message;
      throw error;
    }
  };

  it.each([
    ['loops', '{{range 3000}}{{if eq . 7}}x{{end}}{{end}}', {}],
    ['texts that are made', '{{range 40}}{{len (print $.text)}}{{end}}', { text: 'é'.repeat(700) }],
    ['texts that are read', '{{range 200}}{{slice $.text 3 5}}{{end}}', { text: 'é'.repeat(700) }],
    ['keys', '{{range 30}}{{len $.map}}{{range $.map}}{{end}}{{end}}', { map: { a: 1, b: 2, c: 3 } }],
  ])('has the same budget, to the step, and the same message: %s', (_what, text, data) => {
    // The least budget that suffices, without a meter.
    let [low, high] = [0, 1_000_000];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (outcome(text, data, middle).includes('exceeded maximum number of steps')) low = middle;
      else high = middle;
    }
    for (const budget of [high, high - 1, high - 2, high >> 1]) {
      expect(outcome(text, data, budget, meter().watching)).toBe(outcome(text, data, budget));
    }
    expect(outcome(text, data, high, meter().watching)).not.toContain('steps');
  });

  it('is not asked about when it is small', () => {
    const { asked, watching } = meter();
    outcome('{{range .list}}- {{.}}\n{{end}}', { list: ['a', 'b', 'c'] }, 1_000_000, watching);
    expect(asked).toEqual([]);
  });

  it('ends where the meter says so', () => {
    const { asked, watching } = meter({ stopAt: 3 });
    expect(() => outcome('{{range 400000}}{{end}}', {}, 1_000_000, watching)).toThrow(Stopped);
    expect(asked).toHaveLength(3);
  });

  it('is asked more often the more a single step may take', () => {
    const count = (text: string) => {
      const { asked, watching } = meter();
      outcome(text, {}, 1_000_000, watching);
      return asked.length;
    };
    const loop = (args: number) => `{{range 1000}}{{and ${'1 '.repeat(args)}}}{{end}}`;
    expect(count(loop(2_000))).toBeGreaterThan(3 * count(loop(10)));
  });

  it('is asked about the whole of a text before that is read', () => {
    const { asked, watching } = meter();
    outcome('{{slice .text 2 4}}', { text: 'é'.repeat(1_000_000) }, 1_000_000, watching);
    expect(Math.max(...asked)).toBeGreaterThan(1_000_000);
  });

  it.each([
    ['a text is escaped', '{{js .text}}', { text: '<'.repeat(200_000) }],
    ['a text is quoted', '{{printf "%q" .text}}', { text: 'é'.repeat(200_000) }],
    ['a list is printed', '{{.list}}', { list: Array.from({ length: 50_000 }, () => 1.5) }],
    ['a list is joined', '{{join "," .list}}', { list: Array.from({ length: 50_000 }, () => 'x') }],
    ['JSON is written', '{{toJson .list}}', { list: Array.from({ length: 50_000 }, () => 'x') }],
    ['a format prints nothing', '{{printf .format 1}}', { format: '%.0[1]s'.repeat(20_000) }],
  ])('is asked again and again while %s', (_what, text, data) => {
    const { asked, watching } = meter();
    outcome(text, data, 1_000_000, watching);
    expect(asked.length).toBeGreaterThan(20);
  });

  it.each([
    ['keys that are sorted', '{{range .map}}{{end}}'],
    ['keys that are counted', '{{len .map}}'],
    ['keys of a map that is printed', '{{.map}}'],
  ])('is asked before it touches many %s', (_what, text) => {
    const map = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1]));
    const { asked, watching } = meter();
    outcome(text, { map }, 1_000_000, watching);
    expect(Math.max(...asked)).toBeGreaterThan(5_000_000);
  });

  it('ends when its output outgrows what the meter allows', () => {
    const text = '{{range 100}}{{$.text}}{{end}}';
    const data = { text: 'x'.repeat(100) };
    expect(() => outcome(text, data, 1_000_000, meter({ maxUnits: 9_999 }).watching)).toThrow(Stopped);
    expect(outcome(text, data, 1_000_000, meter({ maxUnits: 10_000 }).watching)).toHaveLength(10_000);
  });

  it('is asked about copying data, too, when lone surrogates call for the exact render', () => {
    const { asked, watching } = meter();
    const data = { text: '\ud800', list: Array.from({ length: 10_000 }, () => 1) };
    expect(outcome('{{len .text}}', data, 1_000_000, watching)).toBe('3');
    expect(Math.max(...asked)).toBeGreaterThan(1_000_000);
  });
});
