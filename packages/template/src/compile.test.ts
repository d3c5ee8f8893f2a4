import { describe, expect, it } from 'vitest';
import { type CompileOptions, closures, compile, compileWith, generated } from './compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from './errors.ts';

function failure(
  text: string,
  data: Record<string, unknown> = {},
  options: CompileOptions = {},
): TemplateExecutionError {
  const errors = [generated, closures].map((backend) => {
    try {
      compileWith(backend, text, options).render(data);
    } catch (error) {
      if (error instanceof TemplateExecutionError) return error;
      throw error;
    }
    throw new Error(`renders: ${text}`);
  });
  const [first, second] = errors;
  expect(first?.message).toBe(second?.message);
  if (first === undefined) throw new Error('no backend');
  return first;
}

function syntaxFailure(text: string): TemplateSyntaxError {
  try {
    compile(text);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error;
    throw error;
  }
  throw new Error(`compiles: ${text}`);
}

function render(text: string, data: Record<string, unknown> | null = {}): string {
  const output = compileWith(generated, text).render(data);
  expect(compileWith(closures, text).render(data)).toBe(output);
  return output;
}

describe('errors', () => {
  it('carry line and byte column, and say what Go says', () => {
    const error = failure('é\né {{.x}}');
    expect(error.message).toBe(
      'template: prompt:2:5: executing "prompt" at <.x>: map has no entry for key "x"',
    );
    expect([error.line, error.column, error.limit]).toEqual([2, 5, undefined]);
  });

  it('of syntax carry a position too', () => {
    const error = syntaxFailure('a\n{{.x}');
    expect(error.message).toBe("template: prompt:2: bad character U+007D '}'");
    expect(error.line).toBe(2);
    expect(error.column).toBe(2);
  });

  it('of a block are reported at the line where its body began', () => {
    expect(syntaxFailure('{{block "b" .}}\n\n{{else}}').message).toBe(
      'template: prompt:1: unexpected {{else}} in block clause',
    );
  });

  it('name the template as it was named', () => {
    expect(failure('{{.x}}', {}, { name: 'greeting' }).message).toMatch(
      /^template: greeting:1:2: executing "greeting"/,
    );
  });

  it('show values only up to a bound', () => {
    const { message } = failure('{{range .x}}{{end}}', { x: 'y'.repeat(1_000_000) });
    expect(message.length).toBeLessThan(5000);
    expect(message).toMatch(/yyy\.\.\.$/);
  });
});

describe('missing keys', () => {
  it('are an error unless a render asks otherwise', () => {
    const template = compile('[{{.a}}|{{.b.c}}]');
    expect(() => template.render({ b: {} })).toThrow('map has no entry for key "a"');
    expect(template.render({ b: {} }, { missingKey: 'default' })).toBe('[<no value>|<no value>]');
    expect(template.render({ b: {} }, { missingKey: 'zero' })).toBe('[<no value>|<no value>]');
  });

  it('differ between the settings in what their fields are', () => {
    const template = compile('{{.a.b}}', { missingKey: 'default' });
    expect(template.render({})).toBe('<no value>');
    expect(() => template.render({}, { missingKey: 'zero' })).toThrow(
      'nil pointer evaluating interface {}.b',
    );
  });

  it('give the default under default, as an argument and piped in', () => {
    expect(
      render('{{default "d" .x}} {{.x | default "d"}} {{default "d" .x.y.z}} {{$.x.y | default "d"}}'),
    ).toBe('d d d d');
    expect(render('{{default "d" (.x)}} {{$v := .m}}{{$v.q | default "d"}}', { m: {} })).toBe('d d');
  });

  it('stay an error everywhere else under default', () => {
    expect(failure('{{default .x "v"}}').message).toContain('no entry for key "x"');
    expect(failure('{{default "d" (upper .x)}}').message).toContain('no entry for key "x"');
    expect(failure('{{.x | upper | default "d"}}').message).toContain('no entry for key "x"');
    expect(failure('{{default "d" .n.x}}', { n: null }).message).toContain(
      'nil pointer evaluating interface {}.x',
    );
  });

  it('include undefined values, which JSON does not have', () => {
    expect(failure('{{.x}}', { x: undefined }).message).toContain('map has no entry for key "x"');
  });
});

describe('own functions', () => {
  it('follow Sprig and Go', () => {
    const data = { l: ['a', 1, null, true], m: { b: '<x>', a: [1, {}] }, s: ' Straße\nx ', e: [] };
    expect(render('{{join ", " .l}}|{{.l | join "-"}}|{{join "," "x"}}', data)).toBe('a, 1, true|a-1-true|x');
    expect(render('{{toJson .m}}', data)).toBe('{"a":[1,{}],"b":"\\u003cx\\u003e"}');
    expect(render('{{toPrettyJson .m}} {{toPrettyJson .e}}', data)).toBe(
      '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "\\u003cx\\u003e"\n} []',
    );
    expect(render('{{upper .s}}|{{lower "ÀΣİ"}}|{{trim .s}}', data)).toBe(' STRAßE\nX |àσi|Straße\nx');
    expect(render('{{indent 2 "a\nb"}}|{{"a\nb" | nindent 1}}'.replaceAll('\n', '\\n'))).toBe(
      '  a\n  b|\n a\n b',
    );
    expect(render('{{quote "a\\"b" 1.5 nil}}')).toBe('"a\\"b" "1.5"');
    expect(render('{{toJson nil}} {{toJson 1}} {{toJson 1e21}} {{toJson "\\xff"}}')).toBe(
      'null 1 1e+21 "\\ufffd"',
    );
  });

  it('refuse arguments of the wrong type as Go does', () => {
    expect(failure('{{upper .n}}', { n: 1 }).message).toContain(
      'wrong type for value; expected string; got float64',
    );
    expect(failure('{{indent .n "x"}}', { n: 1 }).message).toContain(
      'wrong type for value; expected int; got float64',
    );
    expect(failure('{{indent -1 "x"}}').message).toContain(
      'error calling indent: strings: negative Repeat count',
    );
  });
});

describe('data', () => {
  it('has own keys only, whatever they are called', () => {
    for (const key of [
      'constructor',
      'toString',
      'length',
      'hasOwnProperty',
      '__proto__',
      'values',
      'then',
    ]) {
      expect(failure(`{{.${key}}}`).message).toContain(`map has no entry for key "${key}"`);
      expect(failure(`{{.l.${key}}}`, { l: [1] }).message).toContain("can't evaluate field");
      expect(render(`{{.${key}}}`, JSON.parse(`{${JSON.stringify(key)}: "own"}`))).toBe('own');
    }
  });

  it('has no key that somebody has put on the prototype of all objects', () => {
    const template = compile('{{.polluted}}');
    expect(template.render({ polluted: 'own' })).toBe('own');
    Reflect.set(Object.prototype, 'polluted', 'inherited');
    try {
      expect(() => template.render({})).toThrow('map has no entry for key "polluted"');
      expect(template.render({ polluted: 'own' })).toBe('own');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  it('of null is a nil map', () => {
    expect(render('{{.}} {{len .}} {{eq . nil}} {{printf "%#v" .}} {{toJson .}}', null)).toBe(
      'map[] 0 true map[string]interface {}(nil) null',
    );
  });

  it('with lone surrogates is read as Go reads it', () => {
    const data = { high: '\ud83d', low: '\ude00', m: { '\ud800': 1 } };
    expect(render('{{.high}}{{.low}}', data)).toBe('\ufffd\ufffd');
    expect(render('{{eq .high .low}} {{len .high}} {{printf "%q" .low}}', data)).toBe('true 3 "\ufffd"');
    expect(render('{{index .m "\ufffd"}}{{range $k, $v := .m}}{{$k}}{{end}}', data)).toBe('1\ufffd');
    expect(failure('{{range .high}}{{end}}', data).message).toMatch(/over \ufffd$/);
  });

  it('cut inside a character is U+FFFD in text and exact in bytes', () => {
    const template = compile('{{slice .s 0 1}}{{slice .s 1}}|{{slice .s 1}}');
    expect(template.render({ s: 'é' })).toBe('é|\ufffd');
    expect([...template.renderBytes({ s: 'é' })]).toEqual([0xc3, 0xa9, 0x7c, 0xa9]);
  });
});

describe('a variable whose declaration was skipped', () => {
  it('cannot be assigned', () => {
    const { message } = failure('{{or 1 ($v := 2)}}{{$v = 3}}{{$v}}');
    expect(message).toBe('template: prompt:1:25: executing "prompt" at <3>: undefined variable: $v');
    expect(failure('{{$v = or 1 ($v := 2)}}').message).toContain('at <1>: undefined variable: $v');
    expect(failure('{{range 2}}{{or . ($v := 5)}}{{$v = 3}}{{end}}').message).toContain('undefined variable');
  });

  it('leaves the older one to be assigned', () => {
    expect(render('{{$v := 1}}{{if or 1 ($v := 2)}}{{$v = 3}}{{end}}{{$v}}')).toBe('3');
    expect(render('{{and 1 ($v := 2)}}{{$v = 3}}{{$v}}')).toBe('23');
  });
});

it('an integer that a range refuses is shown in all its digits', () => {
  expect(failure('{{range $i, $v := 9223372036854775807}}{{end}}').message).toContain(
    "can't use 9223372036854775807 to iterate over more than one variable",
  );
});

describe('a jump in the else of a range', () => {
  const data = { a: ['w', 'x', 'y'], none: [] };
  // The outputs are Go's.
  it.each([
    ['ends that range by break', '{{if eq . "x"}}{{break}}{{end}}', '<w><x><y>'],
    ['goes on with the outer range by continue', '{{if eq . "x"}}{{continue}}{{end}}', '<w><x<y>'],
    ['ends the innermost of two', '{{range $.none}}{{else}}a{{break}}b{{end}}c', '<wac><xac><yac>'],
    ['goes on with the outermost of three', '{{range $.none}}{{else}}{{continue}}{{end}}b', '<w<x<y'],
    ['is not one in a loop there', '{{range $.a}}{{.}}{{break}}{{end}}c{{break}}d', '<wwc><xwc><ywc>'],
    ['ends it from within a with', '{{with .}}{{break}}{{end}}d', '<w><x><y>'],
  ])('%s', (_case, otherwise, output) => {
    const text = `{{range .a}}<{{.}}{{range $.none}}{{else}}${otherwise}{{end}}>{{end}}`;
    expect(render(text, data)).toBe(output);
  });

  it('is refused where no range is around', () => {
    expect(syntaxFailure('{{range .none}}{{else}}{{break}}{{end}}').message).toContain(
      '{{break}} outside {{range}}',
    );
  });
});

describe('letter case', () => {
  it('follows Unicode 15, though the runtime knows later letters', () => {
    expect(render('{{upper "ƛßᾳ"}}|{{lower "\uA7CCİΣ"}}')).toBe('ƛßᾼ|\uA7CCiσ');
  });
});
