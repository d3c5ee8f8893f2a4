import { describe, expect, it } from 'vitest';
import { type CompileOptions, closures, compileWith, generated } from './compile.ts';
import { TemplateExecutionError } from './errors.ts';
import type { Meter } from './values/meter.ts';

class Stopped extends Error {}

describe.each([
  ['generated code', generated],
  ['closures', closures],
])('units by %s', (_name, backend) => {
  const compiled = (text: string, options?: CompileOptions) => compileWith(backend, text, options);

  it('gives each output, the main template’s too, in the order asked for', () => {
    const template = compiled('main{{define "a"}}A{{.x}}{{end}}{{define "b"}}{{template "a" .}}B{{end}}');
    expect(template.renderUnits(['b', 'prompt', 'a', 'b'], { x: 1 })).toEqual(['A1B', 'main', 'A1', 'A1B']);
    expect(template.renderUnits([], {})).toEqual([]);
    expect(template.renderUnits(['a'], null, { missingKey: 'default' })).toEqual(['A<no value>']);
  });

  it('names a unit that there is not', () => {
    expect(() => compiled('x').renderUnits(['a"'], {})).toThrow(
      new TemplateExecutionError('template: no template "a\\"" associated with template "prompt"', 1, 0),
    );
  });

  /** The least budget that suffices. */
  const least = (render: (budget: number) => unknown): number => {
    let [low, high] = [0, 100_000];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      try {
        render(middle);
        high = middle;
      } catch {
        low = middle;
      }
    }
    return high;
  };

  it.each(['maxSteps', 'maxOutputBytes'] as const)('counts %s over all units together', (limit) => {
    const text =
      '{{define "a"}}{{range .l}}é{{.}}{{end}}{{end}}{{define "b"}}🙂{{len .s}}{{.s}}{{end}}{{define "c"}}{{.l}}{{end}}';
    const data = { l: ['x', 'y', 'z'], s: 'ü'.repeat(100) };
    const needed = (names: readonly string[]) =>
      least((budget) => compiled(text, { [limit]: budget }).renderUnits(names, data));
    const alone = ['a', 'b', 'c', 'a'].map((name) => needed([name]));
    const together = alone.reduce((sum, one) => sum + one, 0);
    expect(needed(['a', 'b', 'c', 'a'])).toBe(together);
    expect(together).toBeGreaterThan(Math.max(...alone));
  });

  it('refuses what is too much only together', () => {
    const loop = compiled('{{define "a"}}{{range 300000}}{{end}}{{end}}');
    expect(loop.renderUnits(['a', 'a', 'a'], {})).toEqual(['', '', '']);
    expect(() => loop.renderUnits(['a', 'a', 'a', 'a'], {})).toThrow(
      'exceeded maximum number of steps (1000000)',
    );
    const long = compiled('{{define "a"}}{{.s}}{{end}}');
    const s = 'é'.repeat(1024 * 1024);
    expect(long.renderUnits(['a', 'a', 'a', 'a'], { s }).join('')).toHaveLength(4 * 1024 * 1024);
    expect(() => long.renderUnits(['a', 'a', 'a', 'a', 'a'], { s })).toThrow(
      'template: prompt:1:16: executing "a" at <{{.s}}>: exceeded maximum output size (8388608 bytes)',
    );
  });

  it('counts the depth from each unit', () => {
    const template = compiled(
      '{{define "a"}}{{template "b"}}{{end}}{{define "b"}}{{template "c"}}{{end}}{{define "c"}}c{{end}}',
      { maxDepth: 2 },
    );
    expect(template.renderUnits(['a', 'a', 'b'], {})).toEqual(['c', 'c', 'c']);
    expect(() => compiled('{{define "a"}}{{template "a"}}{{end}}').renderUnits(['a'], {})).toThrow(
      'exceeded maximum template depth (100)',
    );
  });

  it('is metered as one render', () => {
    const template = compiled('{{define "a"}}{{range 5000}}x{{end}}{{end}}');
    const questions = (names: readonly string[]) => {
      let asked = 0;
      const meter: Meter = {
        maxUnits: 1_000_000,
        proceed: () => {
          asked += 1;
        },
        tooLong: () => {
          throw new Stopped();
        },
      };
      template.renderUnits(names, {}, { meter });
      return asked;
    };
    expect(questions(['a', 'a'])).toBeGreaterThan(questions(['a']) + 1);
    const meter: Meter = {
      maxUnits: 9_999,
      proceed: () => undefined,
      tooLong: () => {
        throw new Stopped();
      },
    };
    expect(template.renderUnits(['a'], {}, { meter })).toEqual(['x'.repeat(5000)]);
    expect(() => template.renderUnits(['a', 'a'], {}, { meter })).toThrow(Stopped);
  });

  it('keeps halves of characters and stray bytes of different units apart', () => {
    const template = compiled(
      '{{define "a"}}{{.a}}{{end}}{{define "b"}}{{.b}}{{end}}{{define "c"}}{{"\\xc3"}}{{end}}{{define "d"}}{{"\\xa9"}}{{end}}',
    );
    expect(template.renderUnits(['a', 'b', 'c', 'd'], { a: 'x\ud83d', b: '\ude42y' })).toEqual([
      'x\ufffd',
      '\ufffdy',
      '\ufffd',
      '\ufffd',
    ]);
  });
});
