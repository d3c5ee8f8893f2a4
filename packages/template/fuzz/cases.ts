/** Random templates and data: valid ones, ones with wrong types, and ones that were damaged afterwards. */
import type { Random } from '@px0/testing/random';

export interface FuzzCase {
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly missingKey: 'error' | 'default' | 'zero';
}

const NAMES = [
  'a',
  'b',
  'c',
  'n',
  's',
  'l',
  'm',
  'role',
  'content',
  'items',
  'é',
  '日本',
  'length',
  'constructor',
  '__proto__',
  'toString',
  'values',
] as const;
const VARIABLES = ['$x', '$y', '$i', '$v', '$', '$é1'] as const;

export class CaseMaker {
  readonly #random: Random;
  /** Templates to damage. */
  readonly #seeds: readonly string[];
  #depth = 0;
  #definitions = 0;
  /** Set while texts of a conversation are made: it has definitions of its own. */
  #names: readonly string[] | undefined;

  constructor(random: Random, seeds: readonly string[]) {
    this.#random = random;
    this.#seeds = seeds;
  }

  make(): FuzzCase {
    const r = this.#random;
    this.#definitions = 0;
    const template = this.#template();
    const missingKey = r.chance(0.7) ? 'error' : r.pick('default', 'zero', 'error');
    return { template, data: r.chance(0.03) ? null : this.#object(3), missingKey };
  }

  /** A text without definitions, which may call those of these names. */
  text(names: readonly string[]): string {
    this.#names = names;
    const text = this.#list(4);
    this.#names = undefined;
    return text;
  }

  /** An action, with or without trim markers. */
  action(body: string): string {
    return this.#action(body);
  }

  variables(): Record<string, unknown> {
    return this.#object(3);
  }

  #template(): string {
    const r = this.#random;
    const kind = r.below(100);
    if (kind < 35) return this.#list(5);
    if (kind < 50) return this.#damaged(this.#list(4));
    if (kind < 62) return this.#damaged(this.#seeds[r.below(Math.max(this.#seeds.length, 1))] ?? '');
    if (kind < 76) return this.#printf();
    if (kind < 84)
      return `{{${r.pick('', 'print ', 'printf "%v %T" ', '$x := ', 'if ', 'index .l ', 'slice .s ', 'indent ')}${this.#literal()}${r.pick('', '', ' ', ' -')}}}${this.#literal()}`;
    if (kind < 88) return `{{${this.#comparison()}}}|{{${this.#comparison()}}}`;
    if (kind < 95) return this.#flow(4, 0);
    return `{{${this.#wildPipeline()}}}`;
  }

  #list(most: number): string {
    return this.#random.times(most, () => this.#piece()).join('');
  }

  #piece(): string {
    const r = this.#random;
    if (this.#depth > 3) return this.#text();
    this.#depth += 1;
    try {
      switch (r.below(14)) {
        case 0:
        case 1:
          return this.#text();
        case 2:
          return (
            this.#action(`if ${this.#pipeline()}`) + this.#list(3) + this.#elses('if') + this.#action('end')
          );
        case 3:
          return (
            this.#action(`with ${this.#declaration()}${this.#pipeline()}`) +
            this.#list(3) +
            this.#elses('with') +
            this.#action('end')
          );
        case 4:
        case 5:
          return this.#range();
        case 6:
          return this.#action(`${this.#declaration(1)}${this.#pipeline()}`);
        case 7:
          return this.#definition();
        case 8:
          return this.#action(`template ${this.#name()}${r.pick('', ' .', ` ${this.#pipeline()}`)}`);
        case 9:
          return r.pick('{{/* c */}}', '{{- /* c */ -}}', '{{/* a }} b */}}', '{{ /* bad */ }}');
        default:
          return this.#action(this.#pipeline());
      }
    } finally {
      this.#depth -= 1;
    }
  }

  #elses(word: string): string {
    const r = this.#random;
    if (r.chance(0.4)) return '';
    const more = r.chance(0.3)
      ? this.#action(`else ${r.chance(0.9) ? word : r.pick('if', 'with')} ${this.#pipeline()}`) +
        this.#list(2)
      : '';
    return more + (r.chance(0.6) ? this.#action('else') + this.#list(2) : '');
  }

  #range(): string {
    const r = this.#random;
    const variables = r.pick('', '', '$v := ', '$i, $v := ', '$x = ', '$i, $x = ', '$x, $x := ', '$, $v := ');
    const over = r.pick(this.#pipeline(), '.l', '.m', '.items', '.', '3', 'len .l', '$', 'index .s 0');
    const jump = r.chance(0.3) ? this.#action(r.pick('break', 'continue')) : '';
    const guarded =
      jump !== '' && r.chance(0.7)
        ? this.#action(`if ${this.#pipeline()}`) + jump + this.#action('end')
        : jump;
    return (
      this.#action(`range ${variables}${over}`) +
      this.#list(3) +
      guarded +
      this.#list(1) +
      (r.chance(0.3) ? this.#action('else') + this.#list(1) : '') +
      this.#action('end')
    );
  }

  /** Loops, branches and jumps, without anything that can fail: what runs, and in which order. `ranges`: loops whose body this is in. */
  #flow(depth: number, ranges: number): string {
    const r = this.#random;
    const letter = () => r.pick('a', 'b', 'c', 'd');
    if (depth === 0) return letter();
    const list = (within = ranges) => r.times(3, () => this.#flow(depth - 1, within)).join(letter());
    const otherwise = (word: string) =>
      r.chance(0.5) ? `{{else}}${list()}` : r.chance(0.3) ? `{{else ${word} ${condition()}}}${list()}` : '';
    const condition = () => r.pick('true', 'false', '$n', 'eq $n 1', 'lt $n 2', '$.none');
    switch (r.below(6)) {
      case 0:
      case 1: {
        const end = r.chance(0.6) ? `{{else}}${list()}` : '';
        return `{{$n := ${r.below(3)}}}{{range $n := ${r.pick('0', '1', '3', '$n')}}}{{$n}}${list(ranges + 1)}${end}{{end}}`;
      }
      case 2:
        return `{{$n := ${r.below(3)}}}{{if ${condition()}}}${list()}${otherwise('if')}{{end}}`;
      case 3:
        return `{{$n := ${r.below(3)}}}{{with ${condition()}}}${list()}${otherwise('with')}{{end}}`;
      default:
        return ranges > 0 && r.chance(0.8) ? `{{${r.pick('break', 'continue')}}}` : letter();
    }
  }

  #definition(): string {
    const r = this.#random;
    if (this.#names !== undefined) return this.#text();
    this.#definitions += 1;
    if (r.chance(0.5)) return this.#action(`define ${this.#name()}`) + this.#list(2) + this.#action('end');
    return this.#action(`block ${this.#name()} ${this.#pipeline()}`) + this.#list(2) + this.#action('end');
  }

  #name(): string {
    const r = this.#random;
    if (this.#names !== undefined && r.chance(0.98)) return JSON.stringify(r.pick('none', ...this.#names));
    return r.chance(0.9)
      ? `"t${r.below(this.#definitions + 2)}"`
      : r.pick('"prompt"', '`t0`', '"\\x80"', '""', 't0', '"a b"');
  }

  #action(body: string): string {
    const r = this.#random;
    return (
      r.pick('{{', '{{', '{{', '{{- ', '{{ ', '{{-\n') +
      body +
      r.pick('}}', '}}', '}}', ' -}}', ' }}', '\n-}}', '\t}}')
    );
  }

  #text(): string {
    return this.#random.pick(
      'x',
      ' ',
      '\n',
      ' \n\t',
      'Hello, ',
      'é',
      '🙂',
      '{',
      '}',
      '{ {',
      '\r\n',
      '"',
      '<b>',
      'line\n  line\n',
      '\u00a0',
    );
  }

  #declaration(probability = 0.3): string {
    const r = this.#random;
    if (!r.chance(probability)) return '';
    return `${r.pick(...VARIABLES)} ${r.chance(0.75) ? ':=' : '='} `;
  }

  #pipeline(): string {
    const r = this.#random;
    const stages = [this.#command()];
    while (r.chance(0.2)) stages.push(this.#stage());
    return stages.join(r.pick(' | ', '|', ' |'));
  }

  #stage(): string {
    const r = this.#random;
    return r.pick(
      'len',
      'print',
      'not',
      'html',
      'js',
      'urlquery',
      'println',
      'default "d"',
      'printf "%v"',
      'printf',
      'eq 1',
      'and 1',
      'or',
      'index .m',
      'toJson',
      'toPrettyJson',
      'upper',
      'lower',
      'trim',
      'join ","',
      'indent 2',
      'nindent 1',
      'quote',
      'slice',
      'call',
      this.#command(),
    );
  }

  #command(): string {
    const r = this.#random;
    if (this.#depth > 6) return this.#operand();
    this.#depth += 1;
    try {
      switch (r.below(10)) {
        case 0:
          return `${r.pick('and', 'or')} ${r.times(3, () => this.#operand()).join(' ')}`;
        case 1:
          return this.#comparison();
        case 2:
          return `${r.pick('index', 'slice')} ${this.#operand()} ${r.times(3, () => r.pick('0', '1', '2', '"a"', '.n', this.#operand())).join(' ')}`;
        case 3:
          return `${r.pick('len', 'not', 'html', 'js', 'urlquery', 'print', 'println', 'call', 'toJson', 'toPrettyJson', 'upper', 'lower', 'trim', 'quote', 'default 1', 'join "-"', 'indent 3', 'nindent 2')} ${this.#operand()}`;
        case 4:
          return `printf ${this.#format()} ${r.times(3, () => this.#operand()).join(' ')}`;
        default:
          return this.#operand();
      }
    } finally {
      this.#depth -= 1;
    }
  }

  #comparison(): string {
    const r = this.#random;
    const name = r.pick('eq', 'eq', 'ne', 'lt', 'le', 'gt', 'ge');
    const count = name === 'eq' ? 1 + r.below(3) : r.chance(0.9) ? 2 : r.below(4);
    return [
      name,
      ...Array.from({ length: Math.max(count, name === 'eq' ? 2 : 0) }, () => this.#operand()),
    ].join(' ');
  }

  #operand(): string {
    const r = this.#random;
    const dotted = (base: string): string => base + r.times(2, () => `.${r.pick(...NAMES)}`).join('');
    switch (r.below(12)) {
      case 0:
        return '.';
      case 1:
        return dotted(r.pick(...VARIABLES));
      case 2:
      case 3:
      case 4:
        return dotted(`.${r.pick(...NAMES)}`);
      case 5:
        return this.#depth > 5 ? 'nil' : `(${this.#declaration(0.15)}${this.#pipeline()})`;
      case 6:
        return this.#depth > 5 ? 'true' : dotted(`(${this.#pipeline()})`);
      case 7:
        return r.pick('true', 'false', 'nil', '"a"', '"b"', '""', '1', '0', '2', '1.0', '0.5', '2.5', '1e6');
      default:
        return r.chance(0.1)
          ? this.#literal()
          : r.pick('.l', '.m', '.s', '.n', '.items', '$', '$.m.a', '.missing');
    }
  }

  #literal(): string {
    const r = this.#random;
    const digits = (): string => r.times(4, () => r.pick('0', '1', '7', '8', '9', '_', 'a', 'F')).join('');
    switch (r.below(9)) {
      case 0:
        return String(r.below(1000) - 300);
      case 1:
        return `${r.pick('', '-', '+')}${r.pick('0x', '0X', '0b', '0o', '0', '1', '')}${digits()}${r.pick('', '.', '.5', '.1e', 'e5', 'p3', 'e-3', 'i')}${digits()}`;
      case 2:
        return `${r.below(20)}${r.pick('+', '-')}${r.below(9)}${r.pick('i', '', '.5i', 'e1i')}`;
      case 3:
        return `'${r.pick('a', '\\n', '\\x41', 'é', '🙂', '\\u00e9', '\\101', "\\'", '\\"', '\\400', '', 'ab', '\\uD800', '\\U0001F600')}'`;
      case 4:
        return `"${r.times(4, () => r.pick('a', ' ', '\\n', '\\t', '\\"', '\\x80', '\\xc3\\xa9', '\\u00e9', '\\', 'é', '🙂', '\\101', "\\'", '%', '<')).join('')}"`;
      case 5:
        return `\`${r.times(3, () => r.pick('a', '\n', '\r', '"', '\\', 'é')).join('')}\``;
      case 6:
        return r.pick(
          '1e400',
          '1e-400',
          '0x1p-2',
          '0x1.8p1',
          '9223372036854775807',
          '9223372036854775808',
          '-9223372036854775808',
          '18446744073709551616',
          '1e1000i',
          '0x.8p0',
          '1_000',
          '1__0',
          '.5',
          '5.',
          '-0',
          '0i',
          '1+0i',
        );
      default:
        return r.pick('1', '2.5', '"str"', 'true', "'x'");
    }
  }

  #format(): string {
    const r = this.#random;
    const directive = (): string => {
      const flags = r.times(2, () => r.pick('+', '-', '#', ' ', '0')).join('');
      const width = r.pick('', '', '', String(r.below(14)), '*', '[1]*', '[2]', '[9]', '[', '[]', '[x]');
      const precision = r.pick('', '', '', '.', `.${r.below(9)}`, '.*', '.[1]*', '.[2]');
      const verb = r.pick(
        'v',
        'v',
        'd',
        's',
        'q',
        'x',
        'X',
        'f',
        'F',
        'g',
        'G',
        'e',
        'E',
        'b',
        'o',
        'O',
        'c',
        'U',
        't',
        'T',
        '%',
        'z',
        'é',
        '🙂',
        'w',
        '!',
        'i',
      );
      return `%${flags}${width}${precision}${r.chance(0.1) ? '[1]' : ''}${verb}`;
    };
    return `"${r.times(3, () => r.pick(directive(), directive(), 'x ', '|', 'é')).join('')}${r.chance(0.05) ? '%' : ''}"`;
  }

  #printf(): string {
    const r = this.#random;
    const operand = (): string =>
      r.chance(0.6) ? r.pick('.n', '.s', '.l', '.m', '.a', '.b', '.c', '.') : this.#literal();
    return `{{printf ${this.#format()} ${r.times(3, operand).join(' ')}}}`;
  }

  #wildPipeline(): string {
    const r = this.#random;
    return r
      .times(7, () =>
        r.pick(
          '.',
          '.a',
          '$',
          '$x',
          '|',
          ' ',
          ' ',
          '(',
          ')',
          ':=',
          '=',
          ',',
          '1',
          '"s"',
          'if',
          'end',
          'range',
          'print',
          'nil',
          'true',
          '-',
          '!',
          '@',
          'é',
          '🙂',
          '\u200b',
          'define',
          'else',
          '/*',
          '\n',
        ),
      )
      .join('');
  }

  #damaged(template: string): string {
    const r = this.#random;
    let text = template;
    for (let i = r.below(3); i >= 0; i--) {
      const at = r.below(text.length + 1);
      const size = r.below(6);
      const inserted = r.pick(
        '',
        '',
        '{{',
        '}}',
        '{{end}}',
        '{{else}}',
        '-',
        ' ',
        '.',
        '"',
        '(',
        ')',
        '|',
        '$',
        '\n',
        '{{break}}',
        'x',
        '0',
        '`',
        '/*',
        '*/',
        "'",
        '\\',
        '=',
        'é',
        '\u2003',
      );
      text = text.slice(0, at) + inserted + text.slice(at + (r.chance(0.5) ? size : 0));
    }
    return text.toWellFormed();
  }

  #value(depth: number): unknown {
    const r = this.#random;
    switch (r.below(depth > 0 ? 10 : 6)) {
      case 0:
        return r.pick(
          0,
          1,
          2,
          -1,
          0.5,
          1e6,
          123456789,
          1e-5,
          1e21,
          1e20,
          2.5,
          3.25e-3,
          -0,
          1e-7,
          999999,
          1 / 3,
          5e-324,
          1.7976931348623157e308,
          r.next() * 10 ** (r.below(40) - 20),
        );
      case 1:
      case 2:
        return r.pick(
          '',
          'a',
          'b',
          'hello',
          'héllo',
          '日本語',
          '🙂x',
          '<a href="x">&\'',
          ' pad ',
          'line\nline',
          '\u0000\u0001\u007f',
          '\ufffd',
          '\u200b\u2028',
          'ßİŉᾳΣ',
          'A"B\\C`',
          '\ue000𝒳',
          '%d',
          'e\u0301',
        );
      case 3:
        return r.chance(0.5);
      case 4:
        return null;
      case 5:
        return r.pick<unknown>([], {}, 'x', 7);
      case 6:
      case 7:
        return r.times(4, () => this.#value(depth - 1));
      default:
        return this.#object(depth - 1);
    }
  }

  #object(depth: number): Record<string, unknown> {
    const r = this.#random;
    const entries: [string, unknown][] = r.times(8, () => [
      r.pick(...NAMES, 'foo-bar', '1', '10', '2', '', '\uffff', '𝒳'),
      this.#value(depth),
    ]);
    if (depth === 3) {
      entries.push(
        ['n', r.chance(0.8) ? r.below(10) : this.#value(1)],
        ['s', r.chance(0.8) ? 'hello é' : this.#value(1)],
      );
      entries.push(
        ['l', r.chance(0.8) ? r.times(4, () => this.#value(1)) : this.#value(1)],
        ['m', r.chance(0.8) ? this.#object(1) : this.#value(2)],
      );
    }
    return Object.fromEntries(entries);
  }
}
