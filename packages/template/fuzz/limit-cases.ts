/** The cases of `limits.json`: what each row of the table of charges takes, and each limit, at its bound and beside it. */
import { closures, compileWith } from '../src/compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from '../src/errors.ts';
import { stepsOf } from './steps.ts';

type Data = Readonly<Record<string, unknown>>;

export interface CaseLimits {
  readonly steps: number;
  readonly output: number;
  readonly depth: number;
}

/** What comes of a case: exactly one of the output, a limit and its message, and an error that is no limit. */
export interface LimitOutcome {
  readonly output?: string;
  /** Only where the output is not UTF-8. */
  readonly output_b64?: string;
  readonly limit?: 'steps' | 'output' | 'depth';
  readonly error?: string;
  readonly exec_error?: string;
  readonly parse_error?: string;
}

export interface LimitCase extends LimitOutcome {
  readonly id: string;
  readonly template: string;
  readonly data: Data;
  readonly limits: CaseLimits;
}

const DEFAULTS: CaseLimits = { steps: 1_000_000, output: 8 * 1024 * 1024, depth: 100 };

export function outcomeOf(
  backend: typeof closures,
  { template: text, data, limits }: Pick<LimitCase, 'template' | 'data' | 'limits'>,
): LimitOutcome {
  const options = { maxSteps: limits.steps, maxOutputBytes: limits.output, maxDepth: limits.depth };
  const variables = unfolded(data);
  try {
    const template = compileWith(backend, text, options);
    const bytes = Buffer.from(template.renderBytes(variables));
    const output = template.render(variables);
    return bytes.equals(Buffer.from(output)) ? { output } : { output, output_b64: bytes.toString('base64') };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { parse_error: error.message };
    if (!(error instanceof TemplateExecutionError)) throw error;
    return error.limit === undefined
      ? { exec_error: error.message }
      : { limit: error.limit, error: error.message };
  }
}

/** `{"$nest": 3}` stands for `[[[]]]`, since not every language's JSON parser reads what is nested 1,000 deep. */
function unfolded(data: Data): Data {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, unfoldedValue(value)]));
}

function unfoldedValue(value: unknown): unknown {
  const depth = typeof value === 'object' && value !== null && '$nest' in value ? value.$nest : undefined;
  if (typeof depth !== 'number') return value;
  let nested: unknown[] = [];
  for (let level = 1; level < depth; level++) nested = [nested];
  return nested;
}

export function limitCases(): LimitCase[] {
  const cases = new CaseList();
  blocks(cases);
  maps(cases);
  texts(cases);
  comparisons(cases);
  lists(cases);
  orders(cases);
  outputs(cases);
  depths(cases);
  nesting(cases);
  defaults(cases);
  return cases.made;
}

class CaseList {
  readonly made: LimitCase[] = [];

  /** At these limits, with no more data than the template names. */
  add(id: string, template: string, values: Data, limits: Partial<CaseLimits> = {}): void {
    const data = Object.fromEntries(Object.entries(values).filter(([key]) => template.includes(`.${key}`)));
    const one = { template, data, limits: { ...DEFAULTS, ...limits } };
    this.made.push({ id, ...one, ...outcomeOf(closures, one) });
  }

  /** With one step too few, and with just enough. */
  around(id: string, template: string, data: Data): void {
    const steps = stepsTaken(template, data);
    this.add(`${id}/below`, template, data, { steps: steps - 1 });
    this.add(`${id}/at`, template, data, { steps });
  }

  /** With every budget up to one step more than enough. */
  every(id: string, template: string, data: Data): void {
    const most = stepsTaken(template, data) + 1;
    for (let steps = 0; steps <= most; steps++) this.add(`${id}/${steps}`, template, data, { steps });
  }

  /** With every size of output that may matter: the last that is too small, and the first two that are not. */
  outputAround(id: string, template: string, data: Data): void {
    let output = 0;
    while (outcomeOf(closures, { template, data, limits: { ...DEFAULTS, output } }).limit === 'output')
      output += 1;
    if (output > 0) this.add(`${id}/below`, template, data, { output: output - 1 });
    this.add(`${id}/at`, template, data, { output });
    this.add(`${id}/above`, template, data, { output: output + 1 });
  }
}

function stepsTaken(template: string, data: Data): number {
  const limits = { maxSteps: DEFAULTS.steps, maxOutputBytes: DEFAULTS.output, maxDepth: DEFAULTS.depth };
  return stepsOf(closures, template, data, limits, true)?.steps ?? 0;
}

function blocks(cases: CaseList): void {
  const data = { t: true, f: false, l: ['a', 'b', 'c'], e: [], m: { a: 1, b: 2 }, s: 'x', n: null };
  const templates: Readonly<Record<string, string>> = {
    empty: '',
    text: 'some text',
    action: '{{.s}}',
    'texts and actions': 'a{{.s}}b{{.s}}c',
    comment: 'a{{/* no */}}b',
    'comment that trims': 'a {{- /* no */ -}} b',
    'trimmed away': ' {{- .s -}} ',
    declaration: '{{$x := 1}}{{$x = 2}}{{$x}}',
    'if taken': '{{if .t}}a{{.s}}{{end}}',
    'if not taken': '{{if .f}}a{{.s}}{{end}}',
    'if of nothing': '{{if .t}}{{end}}',
    else: '{{if .f}}a{{else}}b{{.s}}{{.s}}{{end}}',
    'else if': '{{if .f}}a{{else if .t}}b{{else}}c{{end}}',
    'else of else if': '{{if .f}}a{{else if .f}}b{{else}}c{{end}}',
    with: '{{with .s}}a{{.}}{{end}}',
    'with else': '{{with .n}}a{{.}}{{else}}b{{$.s}}{{end}}',
    'else with': '{{with .n}}a{{else with .s}}{{.}}{{else}}b{{end}}',
    range: '{{range .l}}a{{.}}{{end}}',
    'range of nothing': '{{range .l}}{{end}}',
    'range else': '{{range .e}}a{{else}}b{{.s}}{{end}}',
    'range over nil': '{{range .n}}a{{else}}b{{end}}',
    'range over an integer': '{{range 3}}{{.}}{{end}}',
    'range with variables': '{{range $i, $v := .l}}{{$i}}{{$v}}{{end}}',
    break: '{{range .l}}a{{if eq . "b"}}{{break}}{{end}}b{{end}}',
    continue: '{{range .l}}a{{if eq . "b"}}{{continue}}{{end}}b{{end}}',
    'nested ranges': '{{range .l}}{{range $.l}}{{.}}{{end}}{{end}}',
    define: '{{define "t"}}a{{.}}b{{end}}{{template "t" .s}}{{template "t" .s}}',
    'define of nothing': '{{define "t"}}{{end}}{{template "t"}}',
    'define alone': '{{define "t"}}a{{end}}',
    block: '{{block "t" .s}}a{{.}}{{end}}',
    'call in a range': '{{define "t"}}a{{.}}{{end}}{{range .l}}{{template "t" .}}{{end}}',
    'parentheses and pipes': '{{(or .f (and .t .s)) | print | len}}',
    'scalars cost nothing': '{{1}}{{1.5}}{{true}}{{1+2i}}{{.n}}{{index "a" 0}}{{len .l}}',
    'logic costs nothing':
      '{{and .t .t .t (not .f) (or .f .f .s)}}{{default "d" .n}}{{index .l 1}}{{len .l}}',
  };
  for (const [name, template] of Object.entries(templates)) cases.every(`block/${name}`, template, data);
}

function maps(cases: CaseList): void {
  const one = { k: 'v' };
  const three = { b: 1, a: 2, é: 3 };
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, index]));
  const nested = { m: { a: {}, b: { c: 1 } }, l: [{ d: 2 }, { e: 3, f: 4 }] };
  const templates: Readonly<Record<string, string>> = {
    range: '{{range .m}}{{.}}{{end}}',
    'range with a key': '{{range $k, $v := .m}}{{$k}}{{end}}',
    'range and break': '{{range .m}}{{break}}{{end}}',
    'range else': '{{range .m}}a{{else}}b{{end}}',
    len: '{{len .m}}',
    'an action': '{{.m}}',
    'an action in a list': '{{range .l}}{{.}}{{end}}{{.l}}',
    print: '{{print .m}}',
    println: '{{println .m .m}}',
    printf: '{{printf "%v %s %d %q %x" .m .m .m .m .m}}',
    'printf of types': '{{printf "%T" .m}}',
    join: '{{join "-" .l}}{{join "-" .m}}',
    html: '{{html .m}}',
    js: '{{js .m 1}}',
    urlquery: '{{urlquery "a" .m}}',
    quote: '{{quote .m "a" .m 1.5 nil}}',
    toJson: '{{toJson .m}}{{toJson .l}}',
    toPrettyJson: '{{toPrettyJson .m}}',
    index: '{{index .m "k"}}{{index .m "\ufffd"}}',
    truth: '{{if .m}}{{end}}{{not .m}}{{or .m 1}}',
  };
  for (const [name, template] of Object.entries(templates)) {
    for (const [size, m] of Object.entries({ none: {}, one, three, many, nested }))
      cases.around(`map/${name}/${size}`, template, { m, l: [m, [m]] });
  }
}

/** Texts of `count` characters, written in the template where data cannot have them. */
interface TextKind {
  readonly name: string;
  readonly bytes: number;
  text(count: number): { readonly before: string; readonly data: string | undefined };
}

function inData(name: string, character: string): TextKind {
  const bytes = Buffer.byteLength(character);
  return { name, bytes, text: (count) => ({ before: '', data: character.repeat(count) }) };
}

const KINDS: readonly TextKind[] = [
  inData('1', 'x'),
  inData('2', 'é'),
  inData('3', '日'),
  inData('4', '😀'),
  {
    name: 'stray',
    bytes: 1,
    text: (count) => ({ before: `{{$s := "${'\\xff'.repeat(count)}"}}`, data: undefined }),
  },
  {
    name: 'cut',
    bytes: 1,
    text: (count) => ({
      before: `{{$s := slice "${'日'.repeat(count + 1)}" 1 ${count + 1}}}`,
      data: undefined,
    }),
  },
];

/** Each template with texts of so many bytes, as nearly as their characters allow, and of one character more. */
function withTexts(
  cases: CaseList,
  area: string,
  templates: Readonly<Record<string, string>>,
  sizes: readonly number[],
): void {
  for (const [name, template] of Object.entries(templates)) {
    for (const kind of KINDS) {
      const counts = sizes.flatMap((size) => [0, 1].map((extra) => Math.floor(size / kind.bytes) + extra));
      for (const count of new Set(counts)) {
        const { before, data } = kind.text(count);
        const body = data === undefined ? template.replaceAll('.s', '$s') : template;
        cases.around(
          `${area}/${name}/${kind.name}/${count}`,
          before + body,
          data === undefined ? {} : { s: data },
        );
      }
    }
  }
}

function texts(cases: CaseList): void {
  const read = {
    len: '{{len .s}}',
    index: '{{index .s 0}}',
    slice: '{{slice .s 0 1}}',
    'slice of the end': '{{slice .s 2}}',
  };
  withTexts(cases, 'read', read, [64, 128]);
  const made = {
    'an action': '{{.s}}',
    print: '{{print .s}}',
    'print of two': '{{print .s 1.5 2.5 .s}}',
    println: '{{println .s}}',
    'printf s': '{{printf "%s" .s}}',
    'printf v': '{{printf "%v|%5v" .s .s}}',
    'printf q': '{{printf "%q" .s}}',
    'printf +q': '{{printf "%+q" .s}}',
    'printf x': '{{printf "%x" .s}}',
    'printf # X': '{{printf "%# X" .s}}',
    'printf with a precision': '{{printf "%.2s%.2x%.1q" .s .s .s}}',
    'printf with a width': '{{printf "%20s%-20s%020q" .s .s .s}}',
    'printf of a wrong verb': '{{printf "%d" .s}}',
    join: '{{join "é" (slice .s 0)}}',
    html: '{{html .s}}',
    'html of two': '{{html .s 1}}',
    js: '{{js .s}}',
    urlquery: '{{urlquery .s}}',
    upper: '{{upper .s}}',
    lower: '{{lower .s}}',
    trim: '{{trim .s}}',
    indent: '{{indent 3 .s}}',
    nindent: '{{nindent 0 .s}}',
    quote: '{{quote .s}}',
    'quote of two': '{{quote .s .s}}',
    toJson: '{{toJson .s}}',
    toPrettyJson: '{{toPrettyJson .s}}',
  };
  withTexts(cases, 'made', made, [16]);
  const special: Readonly<Record<string, readonly [template: string, s: string]>> = {
    'html escapes': ['{{html .s}}', '<&>"\'\0é'],
    'js escapes': ['{{js .s}}', '<&>"\'\0=\\\n\u2028\u00ad\u{e0001}é'],
    'urlquery escapes': ['{{urlquery .s}}', ' é日😀-_.~!*'],
    'json escapes': ['{{toJson .s}}', '<&>"\\\0\n\u2028é'],
    'quote escapes': ['{{quote .s}}', '"\\\0\n\u2028\u{e0001}é'],
    'upper grows': ['{{upper .s}}', 'ɐɐɐɐɐɐɐɐ'],
    'lower shrinks': ['{{lower .s}}', 'KKKKKKKKKKKK'],
    'trim of blanks': ['{{trim .s}}', ' \t\u00a0\u2003\u3000 '.repeat(20)],
    'trim of both ends': ['{{trim .s}}', ` \u0085\u3000${'日'.repeat(11)}\u2028 `],
    'trim of nothing': ['{{trim .s}}', '\ufeff\u180e\u200b'],
    'indent of lines': ['{{indent 2 .s}}', 'é\n\n日\n'],
    'nindent of lines': ['{{nindent 3 .s}}', 'é\n\n日\n'],
    'indent of nothing': ['{{indent 16 .s}}', ''],
    'len of nothing': ['{{len .s}}', ''],
    'slice of nothing': ['{{slice .s 0}}', ''],
    'print of nothing': ['{{print .s}}{{trim .s}}{{html .s}}{{quote .s}}', ''],
    scalars: ['{{print 1 2.5 true nil}}{{println}}{{printf "%v%d" 1.5 7}}', ''],
    surrogates: ['{{len .s}}{{print .s}}{{quote .s}}{{index . "\ufffd"}}', 'a\ud800b\udc00c\udc80'.repeat(5)],
  };
  for (const [name, [template, s]] of Object.entries(special)) cases.around(`text/${name}`, template, { s });
}

function comparisons(cases: CaseList): void {
  const templates: Readonly<Record<string, string>> = {
    eq: '{{eq .s .t}}',
    ne: '{{ne .s .t}}',
    lt: '{{lt .s .t}}',
    le: '{{le .s .t}}',
    gt: '{{gt .s .t}}',
    ge: '{{ge .s .t}}',
    'eq of several': '{{eq .s .u .t .u .t}}',
  };
  for (const [name, template] of Object.entries(templates)) {
    for (const character of ['eq', 'lt', 'le'].includes(name) ? ['x', 'é', '日', '😀'] : ['x', '日']) {
      const width = Buffer.byteLength(character);
      for (const count of new Set([Math.floor(64 / width), Math.floor(64 / width) + 1])) {
        const s = character.repeat(count);
        const bytes = Buffer.byteLength(s);
        const others = {
          same: s,
          'ends otherwise': `${s.slice(0, -character.length)}${'y'.repeat(width)}`,
          'as many bytes': 'a'.repeat(bytes),
          'as many units': 'z'.repeat(s.length),
          'a byte more': `${s}a`,
        };
        for (const [what, t] of Object.entries(others))
          cases.around(`compare/${name}/${character}/${count}/${what}`, template, { s, t, u: `${s}${s}` });
      }
    }
  }
  const stray = '\\xff'.repeat(65);
  for (const name of ['eq', 'lt', 'le']) {
    cases.around(`compare/${name}/stray/same`, `{{${name} "${stray}" "${stray}"}}`, {});
    cases.around(`compare/${name}/stray/ASCII`, `{{${name} "${stray}" .t}}`, { t: 'x'.repeat(65) });
  }
  for (const size of [64, 65]) {
    const text = 'x'.repeat(size);
    cases.around(`compare/literal/${size}`, `{{if eq .s "${text}"}}a{{end}}`, { s: text });
    cases.around(`compare/literal first/${size}`, `{{if ne "${text}" .s}}a{{end}}`, { s: 'y'.repeat(size) });
  }
  cases.around('compare/other kinds', '{{eq 1 1}}{{eq 1.5 .n}}{{eq nil .z}}{{lt 1 2}}{{eq true .b}}', {
    n: 1.5,
    z: null,
    b: false,
  });
}

function lists(cases: CaseList): void {
  for (const count of [0, 1, 63, 64, 65, 128, 129]) {
    const l = Array.from({ length: count }, () => 1);
    cases.around(`list/slice/${count}`, '{{len (slice .l 0)}}', { l });
    cases.around(`list/slice of three/${count}`, `{{len (slice .l 0 ${count} ${count})}}`, { l });
    cases.around(`list/slice again/${count}`, `{{len (slice (slice .l 0 0) 0 ${count})}}`, { l });
    cases.around(`list/len and index/${count}`, `{{len .l}}{{index (index .ll 0) 0}}`, {
      l,
      ll: [['x'.repeat(65)]],
    });
  }
  for (const count of [1, 7, 8, 9, 16, 17]) {
    const l = Array.from({ length: count }, (_, index) => ['é', 1.5, null, true][index % 4]);
    for (const template of [
      '{{.l}}',
      '{{print .l}}',
      '{{join "" .l}}',
      '{{join ", " .l}}',
      '{{toJson .l}}',
      '{{html .l}}',
    ])
      cases.around(`list/${template}/${count}`, template, { l });
  }
  cases.around('list/join of nil', '{{join "-" .n}}{{join "-" .l}}', { n: null, l: [null, null] });
  cases.around('list/join of a text', '{{join "-" .s}}', { s: 'x'.repeat(33) });
  cases.around('list/index into a text', '{{index .l 0 1}}{{index .l 0 64}}', { l: ['x'.repeat(65)] });
}

/** A charge beside an error: which one comes first. */
function orders(cases: CaseList): void {
  const s = 'é'.repeat(33);
  const templates: Readonly<Record<string, string>> = {
    'index beyond the end': '{{index .s 100}}',
    'index at the end': '{{index .s 66}}',
    'index by a text': '{{index .s "a"}}',
    'index by nil': '{{index .s nil}}',
    'index of an element': '{{index .l 0 1 2}}',
    'index of a list beyond its end': '{{index .l 9}}',
    'slice beyond the end': '{{slice .s 0 67}}',
    'slice by a text': '{{slice .s "a"}}',
    'slice from end to start': '{{slice .s 2 1}}',
    'slice of three': '{{slice .s 0 1 2}}',
    'slice of four': '{{slice .s 0 1 2 3}}',
    'slice of a list beyond its end': '{{slice .l 0 9}}',
    'slice of a long list by nil': '{{slice .long 0 nil}}',
    'slice of a number': '{{slice .n 1}}',
    'len of a number': '{{len .n}}',
    'eq with a number after': '{{eq .s .u .n}}',
    'eq with a number before': '{{eq .s .n .u}}',
    'eq that is done': '{{eq .s .s .n}}',
    'lt of a number': '{{lt .s .n}}',
    'range over a number': '{{range .n}}{{end}}',
    'upper of a number': '{{upper .n}}',
    'indent by less than nothing': '{{indent -1 .s}}',
    'toJson of what has none': '{{toJson 1i}}',
    'call of a text': '{{call .s}}',
    'a missing key after': '{{len .s}}{{.missing}}',
    'a missing template': '{{len .s}}{{template "none"}}',
    'an argument before': '{{print (len .s) .n.x}}',
    'an argument of a call': '{{define "t"}}{{end}}{{template "t" (print .s .s)}}',
    'html of a map': '{{html .m}}{{.missing}}',
    'quote of maps': '{{quote .m .s .m}}{{.missing}}',
  };
  const data = {
    s,
    u: 'x'.repeat(66),
    n: 1,
    l: [s, 2],
    m: { a: 1, b: s },
    long: Array.from({ length: 65 }, () => 0),
  };
  for (const [name, template] of Object.entries(templates)) cases.every(`order/${name}`, template, data);
}

function outputs(cases: CaseList): void {
  const templates = {
    text: 'é日😀{{if .s}}x{{end}}',
    values: '{{.s}}{{.s}}',
    'a value and a text': '{{.s}}é',
    'a text and a block': 'é{{if .s}}{{end}}{{.s}}',
    'a range': '{{range 2}}é{{$.s}}{{end}}',
    'a range that breaks': '{{range 2}}é{{$.s}}{{break}}{{end}}x',
    'a part': '{{define "t"}}é{{.}}{{end}}{{template "t" .s}}x',
    'a list': '{{.l}}',
    print: '{{len (print .s 1 2)}}',
    println: '{{len (println .s)}}',
    printf: '{{len (printf "%s%q" .s .s)}}',
    'a width': '{{len (printf "%12s" .s)}}',
    'a precision': '{{len (printf "%.12f" 1.5)}}',
    join: '{{len (join "é" .l)}}',
    html: '{{len (html .s "<")}}',
    js: '{{len (js .s "=")}}',
    urlquery: '{{len (urlquery .s)}}',
    upper: '{{len (upper .s)}}',
    trim: '{{len (trim .s)}}',
    indent: '{{len (indent 4 .s)}}',
    nindent: '{{len (nindent 4 .s)}}',
    quote: '{{len (quote .s 1 .s)}}',
    toJson: '{{len (toJson .l)}}',
    toPrettyJson: '{{len (toPrettyJson .l)}}',
    'not a slice': '{{len (slice .s 0)}}',
    'an error after': '{{.s}}{{.missing}}',
  };
  for (const [name, template] of Object.entries(templates)) {
    for (const s of ['abc', 'é日', '😀'])
      cases.outputAround(`output/${name}/${s}`, template, { s, l: [s, s] });
    cases.outputAround(`output/${name}/stray`, template.replaceAll('.s', '"\\xff\\xe6\\x97"'), { l: ['a'] });
  }
  // Both run out: the one that is noticed first counts.
  for (const output of [8, 9, 10, 11]) {
    for (const steps of [1, 2, 3])
      cases.add(`output/and steps/${output}/${steps}`, '{{print .s .s}}', { s: '日é' }, { output, steps });
  }
}

function depths(cases: CaseList): void {
  const recursion = '{{define "t"}}{{if .}}a{{template "t" (slice . 1)}}{{end}}{{end}}{{template "t" .l}}';
  for (const depth of [0, 1, 2, 3, 4, 5])
    cases.add(`depth/recursion/${depth}`, recursion, { l: [1, 2, 3] }, { depth });
  const siblings = '{{define "t"}}{{.}}{{end}}{{range .l}}{{template "t" .}}{{end}}';
  for (const depth of [0, 1]) cases.add(`depth/siblings/${depth}`, siblings, { l: [1, 2, 3] }, { depth });
  const endless = '{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}';
  for (const depth of [0, 1, 5, 100]) cases.add(`depth/endless/${depth}`, endless, {}, { depth });
  for (const steps of [200, 201, 202, 203, 204])
    cases.add(`depth/endless, and steps/${steps}`, endless, {}, { steps });
  cases.add('depth/before the argument', '{{template "t" .x}}{{define "t"}}{{end}}', {}, { depth: 0 });
  cases.add('depth/a template that is missing', '{{template "t" .x}}', {}, { depth: 0 });
}

function nesting(cases: CaseList): void {
  for (const depth of [999, 1000, 1001, 1002]) {
    for (const template of [
      '{{len (print .d)}}',
      '{{len (toJson .d)}}',
      '{{len (html .d)}}',
      '{{len (quote .d)}}',
    ])
      cases.add(`printed data/${template}/${depth}`, template, { d: { $nest: depth } });
  }
  for (const depth of [499, 500, 501]) {
    cases.add(`nesting/parentheses/${depth}`, `{{${'('.repeat(depth)}1${')'.repeat(depth)}}}`, {});
    cases.add(`nesting/actions/${depth}`, '{{if 1}}'.repeat(depth) + '{{end}}'.repeat(depth), {});
  }
  cases.add(
    'nesting/both/500',
    `${'{{if 1}}'.repeat(400)}{{${'('.repeat(100)}1${')'.repeat(100)}}}${'{{end}}'.repeat(400)}`,
    {},
  );
  cases.add(
    'nesting/both/501',
    `${'{{if 1}}'.repeat(400)}{{${'('.repeat(101)}1${')'.repeat(101)}}}${'{{end}}'.repeat(400)}`,
    {},
  );
}

function defaults(cases: CaseList): void {
  cases.add('default/steps/at', '{{range 999998}}{{end}}', {});
  cases.add('default/steps/above', '{{range 999999}}{{end}}', {});
  cases.add('default/steps/endless', '{{range 200000000}}{{end}}', {});
  const doubled = '{{$x := "aaaaaaaaaaaaaaaa"}}{{range 25}}{{$x = print $x $x}}{{end}}';
  cases.add('default/steps/a text that doubles', doubled, {});
  const megabytes = `{{range 8}}{{range 8192}}${'0123456789abcdef'.repeat(8)}{{end}}{{end}}`;
  cases.add('default/output/above', `${megabytes}x`, {});
  cases.add('default/output/widths', `{{printf "${'%999999d'.repeat(9)}" 1 2 3 4 5 6 7 8 9}}`, {});
  cases.add('default/output/indent', '{{indent 100000000 "x"}}', {});
}
