/**
 * Legal templates that take as long as the budget of steps allows: for each function and each kind of work the heaviest ones known. Most of
 * them end with the limit of steps.
 */

export interface HeavyTemplate {
  readonly name: string;
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** As much as fits several times into a request. */
const LARGE = 400_000;

const ASCII = 'x'.repeat(LARGE);
const WIDE = '日'.repeat(LARGE / 3);
const EMOJI = '😀'.repeat(LARGE / 4);
/** One character beyond ASCII at the end, so that nothing is known before that is read. */
const MIXED = `${'x'.repeat(LARGE - 3)}日`;
const BLANK = ' '.repeat(LARGE);
const MARKUP = `<&>"'=\\`.repeat(LARGE / 7);

function times(count: number, item: (index: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

function map(count: number, key: (index: number) => string): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [key(index), index]));
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { k: value };
  return value;
}

/** Again and again with one value, until the steps are used up. */
function loop(name: string, action: string, data: Readonly<Record<string, unknown>>): HeavyTemplate {
  return { name, template: `{{range 1000000}}{{if ${action}}}{{end}}{{end}}`, data };
}

/** With each of many values in turn, so that little can be remembered. */
function cycle(name: string, action: string, values: readonly unknown[], more: object = {}): HeavyTemplate {
  return {
    name,
    template: `{{range 1000000}}{{range $.values}}{{if ${action}}}{{end}}{{end}}{{end}}`,
    data: { values, ...more },
  };
}

const TEXTS = { ASCII, wide: WIDE, emoji: EMOJI, mixed: MIXED };

/** For functions of one text, each with texts of every kind. */
function ofEachText(name: string, action: string): HeavyTemplate[] {
  return Object.entries(TEXTS).map(([kind, s]) =>
    loop(`${name}, ${kind}`, action, { s, t: `${s.slice(0, -1)}y` }),
  );
}

function textFunctions(): HeavyTemplate[] {
  return [
    ...ofEachText('len', 'len $.s'),
    ...ofEachText('index', 'index $.s 399999'),
    ...ofEachText('slice', 'slice $.s 1 399999'),
    ...ofEachText('eq, same', 'eq $.s $.s'),
    ...ofEachText('eq, the end differs', 'eq $.s $.t'),
    ...ofEachText('lt', 'lt $.s $.t'),
    ...ofEachText('print', 'print $.s'),
    ...ofEachText('printf, cut to one character', 'printf "%.1s%.1q%.1x" $.s $.s $.s'),
    ...ofEachText('printf %q', 'printf "%q" $.s'),
    ...ofEachText('printf %+q', 'printf "%+q" $.s'),
    ...ofEachText('printf %x', 'printf "%x" $.s'),
    ...ofEachText('printf, wide', 'printf "%999999s" $.s'),
    ...ofEachText('html', 'html $.s'),
    ...ofEachText('js', 'js $.s'),
    ...ofEachText('urlquery', 'urlquery $.s'),
    ...ofEachText('upper', 'upper $.s'),
    ...ofEachText('lower', 'lower $.s'),
    ...ofEachText('trim', 'trim $.s'),
    ...ofEachText('indent', 'indent 1 $.s'),
    ...ofEachText('quote', 'quote $.s'),
    ...ofEachText('toJson', 'toJson $.s'),
    ...ofEachText('join', 'join "" (slice $.l 0)').map((one) => ({
      ...one,
      data: { ...one.data, l: [one.data['s']] },
    })),
    loop('html of markup', 'html $.s', { s: MARKUP }),
    loop('js of markup', 'js $.s', { s: MARKUP }),
    loop('urlquery of markup', 'urlquery $.s', { s: MARKUP }),
    loop('quote of markup', 'quote $.s', { s: MARKUP }),
    loop('toJson of markup', 'toJson $.s', { s: MARKUP }),
    loop('trim of blanks', 'trim $.s', { s: BLANK }),
    loop('trim of wide blanks', 'trim $.s', { s: '\u3000'.repeat(LARGE / 3) }),
    loop('indent of line ends', 'indent 1 $.s', { s: '\n'.repeat(LARGE) }),
    loop(
      'short texts',
      'print (upper (trim (html " é< "))) (len "é日") (index "é日" 3) (slice "é日" 1 3)',
      {},
    ),
    cycle(
      'trim of many blanks',
      'trim .',
      times(300, (index) => ' '.repeat(4000 + index)),
    ),
    cycle(
      'trim of a few blanks',
      'trim .',
      times(9, (index) => ' '.repeat(LARGE - index)),
    ),
    cycle(
      'eq of texts of other sizes',
      'eq . $.s',
      times(9, (index) => ASCII.slice(index + 1)),
      { s: MIXED },
    ),
    cycle(
      'eq of many texts of other sizes',
      'eq . $.s',
      times(300, (index) => `${'é'.repeat(2000)}${'x'.repeat(index)}`),
      {
        s: 'é'.repeat(2400),
      },
    ),
    cycle(
      'eq of texts as long in units',
      'eq . $.s',
      times(9, (index) => `${WIDE.slice(index + 1)}${'x'.repeat(index + 1)}`),
      {
        s: WIDE,
      },
    ),
    cycle('lt of long and short texts', 'lt . "a"', [ASCII, WIDE, EMOJI, MIXED]),
    cycle('index of a map by long keys', 'index $.m .', [ASCII, WIDE, EMOJI, MIXED], { m: { a: 1 } }),
    {
      name: 'stray bytes',
      template: `{{$s := "\\xff"}}{{range 16}}{{$s = print $s $s}}{{end}}{{range 1000000}}{{if print $s (slice $s 1) (index $s 9)}}{{end}}{{end}}`,
      data: {},
    },
    {
      name: 'stray bytes between characters',
      template: `{{$s := "é\\xff"}}{{range 16}}{{$s = print $s $s}}{{end}}{{range 1000000}}{{if eq (upper $s) (js $s) (quote $s)}}{{end}}{{end}}`,
      data: {},
    },
    {
      name: 'cut characters',
      template: '{{range 1000000}}{{if slice $.s 1 399998}}{{end}}{{end}}',
      data: { s: `é${WIDE}` },
    },
    {
      name: 'surrogates, found late',
      template:
        '{{range 240000}}{{if .}}{{end}}{{end}}{{len .s}}{{range 1000000}}{{if len $.s}}{{end}}{{end}}',
      data: { s: `${WIDE}\ud800` },
    },
  ];
}

function valueFunctions(): HeavyTemplate[] {
  const numbers = times(1000, (index) => (index + 1) * 1.7e-300);
  const keys = map(30_000, (index) => `key ${(index * 7919) % 30_000}`);
  const longKeys = map(40, (index) => `${'k'.repeat(10_000)}${(index * 7) % 40}`);
  const wideKeys = map(20_000, (index) => `😀${(index * 7919) % 20_000}`);
  return [
    loop('range over a map', 'false', {}),
    ...Object.entries({ 'many keys': keys, 'long keys': longKeys, 'wide keys': wideKeys }).flatMap(
      ([kind, m]) => [
        {
          name: `range over ${kind}`,
          template: '{{range 1000000}}{{range $.m}}{{break}}{{end}}{{end}}',
          data: { m },
        },
        {
          name: `range to the end of ${kind}`,
          template: '{{range 1000000}}{{range $k, $v := $.m}}{{end}}{{end}}',
          data: { m },
        },
        loop(`len of ${kind}`, 'len $.m', { m }),
        loop(`truth of ${kind}`, '$.m', { m }),
        loop(`index of ${kind}`, 'index $.m "\ufffd"', { m }),
        loop(`print of ${kind}`, 'print $.m', { m }),
        loop(`toJson of ${kind}`, 'toJson $.m', { m }),
      ],
    ),
    cycle(
      'truth of many maps',
      '.',
      times(300, () => map(100, (index) => `k${index}`)),
    ),
    cycle(
      'range over many maps',
      'len .',
      times(300, (seed) => map(100, (index) => `k${(index * 31 + seed) % 100}`)),
    ),
    loop('print of a list', 'print $.l', { l: times(50_000, (index) => index) }),
    loop('print of a list of texts', 'print $.l', { l: times(50_000, () => '') }),
    loop('printf of a list, cut', 'printf "%.0v" $.l', { l: times(50_000, () => 'x') }),
    loop('print of deep data', 'print $.d', { d: nested(990) }),
    loop('toJson of deep data', 'toJson $.d', { d: nested(990) }),
    loop('toPrettyJson of deep data', 'toPrettyJson $.d', { d: nested(990) }),
    loop('toJson of numbers', 'toJson $.l', { l: numbers }),
    loop('print of numbers', 'print $.l', { l: numbers }),
    loop('printf of tiny numbers, %.0f', 'printf "%.0f" $.n', { n: 1.7e-300 }),
    cycle('printf of tiny numbers in turn, %.0f', 'printf "%.0f" .', numbers),
    cycle('printf of tiny numbers in turn, %.3g', 'printf "%.3g" .', numbers),
    loop('printf of huge numbers, %.0f', 'printf "%.0f" $.n', { n: 1.7e300 }),
    loop('printf of hexadecimal numbers', 'printf "%x %b %e" $.n $.n $.n', { n: 1.7e300 }),
    loop('printf of precise numbers', 'printf "%.999f" $.n', { n: 1.7e-300 }),
    loop('printf of wide integers', 'printf "%999999d" 7', {}),
    loop('slice of a list', 'slice $.l 1', { l: times(100_000, () => 1) }),
    loop('slice of a short list', 'slice (slice $.l 0 1) 0 64', { l: times(100_000, () => 1) }),
    loop('join of a list', 'join "" $.l', { l: times(50_000, () => 'xyz') }),
    loop('join of nothing', 'join "" $.l', { l: times(50_000, () => null) }),
    loop('join of empty texts', 'join "" $.l', { l: times(50_000, () => '') }),
    loop('join of a long separator', 'join $.s $.l', { s: WIDE, l: ['x'] }),
    loop('range over a list', 'false', { l: times(100_000, () => 1) }),
    { name: 'nested ranges', template: '{{range 1000}}{{range 1000}}{{end}}{{end}}', data: {} },
    {
      name: 'calls',
      template:
        '{{define "t"}}{{if .}}{{template "t" (slice . 1)}}{{end}}{{end}}{{range 1000000}}{{template "t" $.l}}{{end}}',
      data: { l: times(98, () => 1) },
    },
    { name: 'output of pieces', template: '{{range 1000000}}{{$.s}}{{end}}', data: { s: '日' } },
    { name: 'output of stray bytes', template: '{{range 1000000}}{{"\\xff"}}{{end}}', data: {} },
  ];
}

/**
 * Work that costs nothing of its own and grows with the template's text, or with a format's: each pass of the loop takes the same steps,
 * however much its action says.
 */
function freeWork(): HeavyTemplate[] {
  return [
    loop('free: many arguments of or', `or ${'$.f '.repeat(2000)}`, { f: false }),
    loop('free: many arguments of and', `and ${'$.t '.repeat(2000)}`, { t: true }),
    loop('free: many arguments of eq', `eq $.s ${'$.t '.repeat(2000)}`, { s: 'abc', t: 'abd' }),
    loop('free: a long path', '$'.concat('.a'.repeat(900)), { a: path(900) }),
    loop('free: many indexes', `index $ ${'"a" '.repeat(900)}`, { a: path(900) }),
    loop('free: many short calls', `or ${'(not 1) '.repeat(2000)}`, {}),
    loop('free: a format that prints nothing', `printf $.s ""`, { s: '%.0[1]s'.repeat(2000) }),
  ];
}

function path(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 1; level < depth; level++) value = { a: value };
  return value;
}

export function heavyTemplates(): HeavyTemplate[] {
  return [...textFunctions(), ...valueFunctions(), ...freeWork()];
}
