/**
 * Random templates that parse, mostly, and lead into the corners: functions over odd values, invalid UTF-8, numbers at the ends of their
 * range, texts whose length is near a step more, `default` in every position, jumps out of nested blocks.
 */
import type { Random } from '@px0/testing/random';
import type { FuzzCase } from './cases.ts';

const FIELDS = [
  '.s',
  '.t',
  '.u',
  '.n',
  '.k',
  '.l',
  '.o',
  '.m',
  '.p',
  '.b',
  '.z',
  '.e',
  '.long',
  '.same',
] as const;
const TEXTS = [
  '.s',
  '.t',
  '.u',
  '.long',
  '.same',
  '"\\xff"',
  '"a\\xe6\\x97b"',
  '"\\xed\\xa0\\x80"',
  '"\\xf4\\x90\\x80\\x80"',
  '"\\xc0\\x80"',
  '"\\u00df\\u0130"',
  '"ǅ ﬁ ΑΣ"',
  '" \\u00a0\\u2003\\u0085x\\u3000"',
  '"l1\\nl2\\n"',
  '"\\r\\n"',
  '"\\x00\\x7f"',
  '"<a&b=\'c\'>"',
  '"%d%%"',
  '`raw "q" \\n`',
  '""',
] as const;
const NUMBERS = [
  '.n',
  '.k',
  '0',
  '1',
  '3',
  '-1',
  '16',
  '64',
  '1.5',
  '0.0',
  '1e6',
  "'a'",
  '1i',
  '9223372036854775807',
  '-9223372036854775808',
  '1e300',
  '5e-324',
] as const;

const TEXT_FUNCTIONS = [
  'upper',
  'lower',
  'trim',
  'html',
  'js',
  'urlquery',
  'quote',
  'print',
  'println',
  'len',
  'toJson',
  'toPrettyJson',
  'indent 1',
  'indent 3',
  'nindent 2',
  'join ","',
  'not',
  'default "d"',
  'printf "%s"',
  'printf "%q"',
  'printf "%x"',
  'printf "%X"',
  'printf "% x"',
  'printf "%v"',
  'printf "%#v"',
  'printf "%T"',
  'printf "%5.2s|"',
  'printf "%+q"',
  'printf "%#q"',
  'printf "%-8s|"',
] as const;
const ORDERS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;

export class OddCaseMaker {
  readonly #random: Random;
  #templates = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  make(): FuzzCase {
    const r = this.#random;
    this.#templates = 0;
    const template = r.times(3, () => this.#template()).join(r.pick('|', '\n', ' {{- "" -}} '));
    const missingKey = r.pick('error', 'error', 'default', 'zero');
    return { template, data: this.#data(), missingKey };
  }

  #template(): string {
    const r = this.#random;
    switch (r.below(9)) {
      case 0:
      case 1:
        return `{{${this.#call(2)}}}`;
      case 2:
        return `{{${this.#defaults(2)}}}`;
      case 3:
        return this.#charged();
      case 4:
        return this.#numbers();
      case 5:
        return this.#recursion();
      case 6:
        return this.#slices();
      default:
        return this.#block(4, []);
    }
  }

  #call(depth: number): string {
    const r = this.#random;
    const operand = () => this.#operand(depth);
    switch (r.below(9)) {
      case 0:
      case 1:
        return `${r.pick(...TEXT_FUNCTIONS)} ${r.chance(0.8) ? this.#text(depth) : operand()}`;
      case 2:
        return `${operand()} | ${r.pick(...TEXT_FUNCTIONS)}${r.chance(0.4) ? ` | ${r.pick(...TEXT_FUNCTIONS)}` : ''}`;
      case 3:
        return `${r.pick(...ORDERS)} ${operand()} ${operand()}${r.chance(0.2) ? ` ${operand()}` : ''}`;
      case 4:
        return `${r.pick('print', 'println', 'html', 'js', 'urlquery', 'quote', 'and', 'or', 'printf "%v %v"', 'printf "%d|%s"', 'len', 'join')} ${operand()} ${operand()}`;
      case 5:
        return `index ${r.chance(0.7) ? r.pick('.l', '.m', '.o', '.p', '.s', '.long') : operand()} ${r.pick('0', '1', '2', '-1', '3', '"a"', '"é"', '"1"', '""', '.s', '.n', 'nil')}${r.chance(0.3) ? ` ${r.pick('0', '"a"', '1')}` : ''}`;
      case 6:
        return `${r.pick('indent', 'nindent')} ${r.pick('0', '1', '7', '16', '64', '-1', '.n', '"x"')} ${this.#text(depth)}`;
      case 7:
        return `join ${this.#text(depth)} ${operand()}`;
      default:
        return operand();
    }
  }

  #text(depth: number): string {
    const r = this.#random;
    if (depth > 0 && r.chance(0.3))
      return `(${r.pick('upper', 'lower', 'html', 'js', 'urlquery', 'quote', 'trim', 'print', 'toJson')} ${this.#text(depth - 1)})`;
    if (r.chance(0.15)) return `(slice ${r.pick('.s', '.t', '.u')} ${r.below(3)} ${1 + r.below(4)})`;
    return r.pick(...TEXTS);
  }

  #operand(depth: number): string {
    const r = this.#random;
    if (depth > 0 && r.chance(0.25)) return `(${this.#call(depth - 1)})`;
    switch (r.below(6)) {
      case 0:
        return r.pick(...TEXTS);
      case 1:
        return r.pick(...NUMBERS);
      case 2:
        return r.pick(
          '.',
          '$',
          'nil',
          'true',
          'false',
          '.missing',
          '.m.missing',
          '.m.a',
          '.m.a.b',
          '(index .m "a")',
          '.p.q.r',
        );
      default:
        return r.pick(...FIELDS);
    }
  }

  /** `default` around, inside and behind chains whose keys may be missing at any point. */
  #defaults(depth: number): string {
    const r = this.#random;
    const value = () =>
      depth > 0 && r.chance(0.3)
        ? `(${this.#defaults(depth - 1)})`
        : r.pick(
            '.missing',
            '.missing.a',
            '.m.missing',
            '.m.missing.x',
            '.m.a',
            '.m.a.b',
            '.p.q.r.s',
            '.z',
            '.z.a',
            '.e',
            '.n',
            '.k',
            '.b',
            '$.missing',
            '$.m.missing',
            '(.missing)',
            '(.missing).a',
            '(index .m "none")',
            '(index .m "none").a',
            '(.m).missing',
            '.s.x',
            '.l.x',
            '"t"',
            '""',
            '0',
            'nil',
            '(len .e)',
            '.',
            '(print .missing)',
            '(.missing | len)',
          );
    switch (r.below(9)) {
      case 0:
        return `${value()} | default ${value()}`;
      case 1:
        return `default ${value()}`;
      case 2:
        return `default ${value()} ${value()} ${value()}`;
      case 3:
        return `${value()} | default ${value()} ${value()}`;
      case 4:
        return `${value()} | default ${value()} | default ${value()} | ${r.pick('print', 'len', 'upper', 'printf "%v"', 'html')}`;
      case 5:
        return `${r.pick('print', 'printf "%v|%v" 1', 'and 1', 'or', 'not', 'eq 1')} (default ${value()} ${value()})`;
      case 6:
        return `with default ${value()} ${value()}}}{{.}}{{else}}E{{end}}{{print 1`;
      case 7:
        return `range $i, $v := default ${value()} ${value()}}}{{$i}}{{$v}}{{else}}E{{end}}{{print 1`;
      default:
        return `default ${value()} ${value()}`;
    }
  }

  /** Work that is charged by the length of texts, in a loop now and then. */
  #charged(): string {
    const r = this.#random;
    const text = () => r.pick('.long', '.same', '.s', '$t', '$w');
    const act = () =>
      r.pick(
        `{{len ${text()}}}`,
        `{{${r.pick(...ORDERS)} ${text()} ${text()}}}`,
        `{{eq ${text()} ${text()} ${text()}}}`,
        `{{len (slice ${text()} ${r.below(5)} ${r.below(80)})}}`,
        `{{slice ${text()} ${r.below(70)}}}`,
        `{{index ${text()} ${r.below(90)}}}`,
        `{{len (print ${text()} ${text()})}}`,
        `{{$t = print $t ${text()}}}`,
        `{{$t = ${r.pick('upper', 'lower', 'trim', 'html', 'js', 'urlquery', 'quote', 'indent 3', 'toJson')} ${text()}}}`,
        `{{$w = printf "%${r.pick('', '-', '0')}${r.pick(15, 16, 17, 63, 64, 65, 127, 128, 129)}s" ${text()}}}`,
        `{{join "${r.pick(',', 'é', 'x'.repeat(15))}" .o}}`,
        '{{.o}}{{.p}}',
        '{{len .p}}{{len .m}}{{toJson .p}}{{toPrettyJson .o}}',
        `{{range .p}}${r.pick('', '{{.}}', 'x')}{{end}}`,
        `{{range ${r.pick('.l', '.o', '3', '.m')}}}{{$t = print $t ${r.pick('.', '$t', '"é"')}}}{{end}}`,
        `{{slice .o ${r.below(3)}}}`,
        '{{$t}}',
      );
    return `{{$t := ${r.pick('.long', '.s', 'print "a"')}}}{{$w := ${r.pick('.same', '""')}}}${act()}${r.times(3, act).join('')}`;
  }

  #numbers(): string {
    const r = this.#random;
    const flags = r.times(3, () => r.pick('+', '-', '#', ' ', '0')).join('');
    const width = r.pick(
      '',
      '',
      String(r.below(30)),
      '*',
      '[2]*',
      '1000',
      '999999',
      '1000001',
      '99999999999999999999',
    );
    const precision = r.pick('', '', `.${r.below(25)}`, '.', '.*', '.400', '.-1', '.[3]*');
    const verb = r.pick(
      'v',
      'd',
      'e',
      'E',
      'f',
      'F',
      'g',
      'G',
      'x',
      'X',
      'b',
      'o',
      'O',
      'c',
      'q',
      'U',
      't',
      's',
      'T',
      'w',
      '𝒳',
      '\\xff',
    );
    const operands = r
      .times(3, () =>
        r.pick('.n', '.k', ...NUMBERS, '.l', '.p', '.s', '(len .s)', '(index .s 0)', '(index .l 0)'),
      )
      .join(' ');
    return r.pick(
      `{{len (printf "%${flags}${width}${precision}${verb}" ${operands})}}`,
      `{{printf "%${flags}${width.length > 3 ? '' : width}${precision}${verb}" ${operands}}}`,
      `{{printf "%[${r.below(5)}]${flags}${verb}%${verb}" ${operands}}}`,
      `{{.n}} {{.k}} {{print .n .k}} {{println .l .n}} {{toJson .}}`,
      `{{print ${operands}}}`,
    );
  }

  /** Templates that call themselves and each other, with what is left to do in the argument. */
  #recursion(): string {
    const r = this.#random;
    const name = `r${this.#templates}`;
    this.#templates += 1;
    const rest = r.pick('(slice . 1)', '(slice . 0)', '.', '(print .)', '(index . 0)', '(slice . 2)');
    const start = r.pick('.s', '.l', '.o', '.long', '"abc"', '.', '.z');
    const body = r.pick(
      `{{if .}}${r.pick('x', '{{len .}}', '{{.}}')}{{template "${name}" ${rest}}}{{end}}`,
      `{{with slice . 1}}{{template "${name}" .}}{{else}}.{{end}}`,
      `{{range .}}{{template "${name}" .}}{{else}}leaf{{end}}`,
      `{{template "${name}"}}`,
      `{{$x := .}}{{range $i, $v := .}}{{if $i}}{{break}}{{end}}{{template "${name}" slice $x 1}}{{end}}`,
    );
    const define = `{{define "${name}"}}${body}{{end}}`;
    const call = `{{template "${name}" ${start}}}`;
    return r.pick(define + call, call + define, `{{block "${name}" ${start}}}${body}{{end}}`);
  }

  #slices(): string {
    const r = this.#random;
    const bound = () =>
      r.pick(
        '0',
        '1',
        '2',
        '3',
        '5',
        '16',
        '64',
        '-1',
        '(len .l)',
        '(len .s)',
        '.n',
        '"a"',
        "'\\x02'",
        '1.0',
        '9223372036854775807',
      );
    const of = r.pick(
      '.l',
      '.o',
      '.s',
      '.u',
      '.long',
      '.m',
      '.z',
      '.n',
      '(slice .l 0 1)',
      '(slice .o 1 2)',
      '(slice .s 1)',
    );
    return `{{${r.pick('print', 'len', 'printf "%q"', 'index', 'toJson', 'range $i, $v := ')} (slice ${of} ${r.times(3, bound).join(' ')})${r.chance(0.2) ? ` ${bound()}` : ''}}}`.replace(
      /^\{\{range .*\}\}$/,
      (text) => `${text}{{$i}}={{$v}};{{else}}none{{end}}`,
    );
  }

  /** Nested blocks in which variables are assigned and loops are left. `loops`: variables of the loops around. */
  #block(depth: number, loops: readonly string[]): string {
    const r = this.#random;
    const list = (within = loops) =>
      r.times(3, () => this.#block(depth - 1, within)).join(r.pick('', '.', '{{$}}'.slice(0, 0)));
    if (depth === 0) return r.pick('a', 'b', '{{.}}', '', ...loops.map((name) => `{{${name}}}`));
    const condition = () =>
      r.pick(
        'true',
        'false',
        '.',
        '$.b',
        '$.e',
        '$.n',
        'eq (len $.l) 2',
        '$.z',
        ...loops.map((name) => `eq ${name} 1`),
      );
    const otherwise = (word: string) =>
      r.pick(
        '',
        `{{else}}${list()}`,
        `{{else ${word} ${condition()}}}${list()}`,
        `{{else ${word} ${condition()}}}${list()}{{else}}${list()}`,
      );
    switch (r.below(8)) {
      case 0:
      case 1:
      case 2: {
        const [key, value] = [`$i${depth}`, `$v${depth}`];
        const over = r.pick(
          '$.l',
          '$.m',
          '$.p',
          '$.o',
          '3',
          '$.e',
          '$.z',
          '$.none',
          '.',
          '$.n',
          '(len $.s)',
          '(slice $.o 1)',
        );
        const variables = r.pick('', `${value} := `, `${key}, ${value} := `);
        const inner =
          variables === '' ? loops : variables.startsWith(key) ? [...loops, key, value] : [...loops, value];
        return `{{range ${variables}${over}}}${list(inner)}${r.chance(0.4) ? this.#jump(inner) : ''}${r.chance(0.4) ? `{{else}}${list()}` : ''}{{end}}`;
      }
      case 3:
        return `{{if ${condition()}}}${list()}${otherwise('if')}{{end}}`;
      case 4:
        return `{{with ${r.pick('', '$w := ')}${condition()}}}${list()}${otherwise('with')}{{end}}`;
      case 5:
        return `{{$x := ${r.below(3)}}}${list([...loops, '$x'])}{{$x = ${r.pick('1', '.', '$.n', '"q"')}}}{{$x}}`;
      case 6:
        return loops.length > 0 ? this.#jump(loops) : list();
      default: {
        const name = `b${this.#templates}`;
        this.#templates += 1;
        return `{{block "${name}" ${r.pick('.', '$', '$.l', '$.s')}}}${list([])}{{end}}`;
      }
    }
  }

  #jump(loops: readonly string[]): string {
    const r = this.#random;
    const jump = `{{${r.pick('break', 'continue')}}}`;
    const name = loops[r.below(Math.max(loops.length, 1))];
    return name === undefined || r.chance(0.3)
      ? jump
      : `{{if ${r.pick(`eq ${name} 1`, `${name}`, `not ${name}`)}}}${jump}{{end}}`;
  }

  #data(): Record<string, unknown> | null {
    const r = this.#random;
    if (r.chance(0.02)) return null;
    const long = this.#long();
    const data: Record<string, unknown> = {
      s: this.#string(),
      t: this.#string(),
      u: this.#string(),
      n: this.#number(),
      k: this.#number(),
      l: r.times(4, () => this.#value(2)),
      o: r.times(4, () => r.pick<unknown>(this.#string(), this.#number(), null, [], {})),
      m: { ...this.#map(2), ...(r.chance(0.6) && { a: this.#value(1) }) },
      p: this.#map(1),
      b: r.chance(0.5),
      z: null,
      e: r.pick<unknown>('', [], {}, 0),
      long,
      // Of the same length, now and then with another end.
      same: r.chance(0.5) ? long : r.chance(0.5) ? `${long.slice(0, -1)}#` : this.#long(),
    };
    for (const key of Object.keys(data)) if (r.chance(0.06)) delete data[key];
    return data;
  }

  /** A text of about as many bytes as are charged with a whole number of steps. */
  #long(): string {
    const r = this.#random;
    const unit = r.pick('x', 'y', 'é', '日', '🙂', 'a\n', '<', '"', ' ', 'ß', '\ud800', 'ab ');
    const bytes = r.pick(16, 64, 128, 192, 256, 1024) * (1 + r.below(2)) + r.below(3) - 1;
    const units = Math.floor(bytes / Buffer.byteLength(unit));
    const rest = bytes - units * Buffer.byteLength(unit);
    return r.chance(0.5) ? unit.repeat(units) + 'z'.repeat(rest) : 'z'.repeat(rest) + unit.repeat(units);
  }

  #string(): string {
    const r = this.#random;
    const character = (): string => {
      switch (r.below(7)) {
        case 0:
          return String.fromCodePoint(r.below(0x80));
        case 1:
          return String.fromCodePoint(r.below(0x3000));
        case 2:
          return String.fromCodePoint(r.below(0x10000));
        case 3:
          return String.fromCodePoint(r.below(0x110000));
        case 4:
          return String.fromCodePoint(0x10000 + r.below(0x1_f000));
        case 5:
          return r.pick(
            '\ud800',
            '\udfff',
            '\udc80',
            '\ufffd',
            '\ufffe',
            '\u2028',
            '\0',
            '\n',
            '\r\n',
            '\t',
            '{{',
            '%',
          );
        default:
          return r.pick('a', 'Z', '0', ' ', 'é', '日');
      }
    };
    return r.times(8, character).join('');
  }

  #number(): number {
    const r = this.#random;
    switch (r.below(8)) {
      case 0:
        return r.below(10);
      case 1:
        return r.pick(
          0,
          -0,
          1,
          -1,
          1e20,
          1e21,
          1e22,
          123456789,
          1e-6,
          1e-7,
          5e-324,
          2.2250738585072014e-308,
          1.7976931348623157e308,
          -1.7976931348623157e308,
          2 ** 53,
          2 ** 53 + 2,
          2 ** 63,
          -(2 ** 63),
          2 ** 64,
        );
      case 2:
        return (r.next() - 0.5) * 10 ** (r.below(610) - 302);
      case 3:
        return r.below(2 ** 32) / 2 ** r.below(60);
      case 4:
        return -r.below(2 ** 31);
      case 5:
        return Number(`${r.below(1000)}e${r.below(40) - 20}`);
      case 6:
        return r.below(1000) / 8;
      default: {
        const bits = new DataView(new ArrayBuffer(8));
        bits.setUint32(0, r.below(2 ** 32));
        bits.setUint32(4, r.below(2 ** 32));
        const number = bits.getFloat64(0);
        return Number.isFinite(number) ? number : 0.1;
      }
    }
  }

  #value(depth: number): unknown {
    const r = this.#random;
    switch (r.below(depth > 0 ? 8 : 5)) {
      case 0:
        return this.#string();
      case 1:
        return this.#number();
      case 2:
        return r.chance(0.5);
      case 3:
        return null;
      case 4:
        return r.pick<unknown>('', [], {}, 0, 'text');
      case 5:
      case 6:
        return r.times(4, () => this.#value(depth - 1));
      default:
        return this.#map(depth - 1);
    }
  }

  #map(depth: number): Record<string, unknown> {
    const r = this.#random;
    const key = () =>
      r.chance(0.2)
        ? this.#string()
        : r.pick(
            'a',
            'b',
            'q',
            'é',
            '日本',
            '1',
            '10',
            '2',
            '-1',
            '',
            ' ',
            '__proto__',
            'constructor',
            'toString',
            '\uffff',
            '𝒳',
            '\ud83d',
            '\ud800',
            '\udc00',
            '"',
            '<',
            '\0',
          );
    return Object.fromEntries(r.times(6, (): [string, unknown] => [key(), this.#value(depth)]));
  }
}
