/** Random conversations: definitions that messages share, calls, trim markers around what is moved, and texts that end in every way. */
import type { Random } from '@px0/testing/random';
import type { MissingKey } from '../src/backends/run.ts';
import type { ChatEntry, MessagePart, Role } from '../src/program/program.ts';
import { CaseMaker } from './cases.ts';

export interface ChatCase {
  readonly entries: readonly ChatEntry[];
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly missing_key: MissingKey;
}

const ROLES: readonly [Role, ...Role[]] = ['system', 'user', 'assistant'];
const PLACEHOLDERS = ['history', 'l', 'items', 'examples', '__proto__', 'constructor'] as const;

export class ChatCaseMaker {
  readonly #random: Random;
  readonly #texts: CaseMaker;
  #names: string[] = [];
  #placeholders: string[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#texts = new CaseMaker(random, []);
  }

  make(): ChatCase {
    const r = this.#random;
    this.#names = [];
    this.#placeholders = [];
    // What comes first calls what comes later only by these.
    const names = r.times(5, () => this.#newName());
    const entries = [this.#entry(names), ...r.times(4, () => this.#entry(names))];
    const missing_key = r.chance(0.7) ? 'error' : r.pick<MissingKey>('default', 'zero');
    return { entries, variables: r.chance(0.03) ? null : this.#variables(), missing_key };
  }

  #newName(): string {
    const r = this.#random;
    const name = r.chance(0.95)
      ? `d${this.#names.length}`
      : r.pick('é', 'a b', '"', 'message', 'prompt ', '');
    this.#names.push(name);
    return name;
  }

  #entry(names: string[]): ChatEntry {
    const r = this.#random;
    if (r.chance(0.25)) {
      const placeholder = r.pick(...PLACEHOLDERS);
      if (!this.#placeholders.includes(placeholder)) {
        this.#placeholders.push(placeholder);
        return r.chance(0.3) ? { placeholder, required: true } : { placeholder };
      }
    }
    const role = r.pick(...ROLES);
    if (r.chance(0.7)) return { role, template: this.#text(names) };
    return { role, parts: [this.#part(names), ...r.times(3, () => this.#part(names))] };
  }

  #part(names: string[]): MessagePart {
    const r = this.#random;
    if (r.chance(0.6)) return { type: 'text', template: this.#text(names) };
    const url = r.pick(
      '{{.s}}',
      'https://x.test/{{urlquery .n}}.png',
      'data:{{.s}};base64,AA==',
      'data:Image/PNG;charset=x,{{.a}}',
      'DATA:text/plain,é',
      'data:,x',
      'data:image/svg+xml',
      this.#text(names),
    );
    return r.chance(0.3) ? { type: 'media', url, media_type: 'image/png' } : { type: 'media', url };
  }

  #text(names: string[]): string {
    const r = this.#random;
    const parts = r.times(4, () => this.#piece(names));
    if (r.chance(0.1)) parts.push('{');
    return parts.join('');
  }

  #piece(names: string[]): string {
    const r = this.#random;
    const body = () => (r.chance(0.25) ? this.#texts.text(this.#names) : this.#line());
    switch (r.below(7)) {
      case 0:
      case 1: {
        const name = this.#definitionName(names);
        if (name === undefined) return body();
        return (
          r.pick('', ' ', '\n', 'é \n\t') +
          this.#texts.action(`define ${name}`) +
          // Go's package, which knows the texts one by one, does not see that an empty definition came twice.
          `b${body()}` +
          this.#texts.action('end') +
          r.pick('', ' ', '\n', ' \n\tx')
        );
      }
      case 2: {
        const name = this.#definitionName(names);
        if (name === undefined) return body();
        return `${this.#texts.action(`block ${name} .`)}b${body()}${this.#texts.action('end')}`;
      }
      case 3:
        return this.#texts.action(`template ${JSON.stringify(r.pick('none', ...this.#names))} .`);
      case 4:
        return r.pick(
          '{{/* c */}}',
          ' {{- /* c\n */ -}} ',
          '\n{{"\\xff"}}',
          '{{"é"}}\n',
          '{',
          '{{"\\xc3"}}',
          '🙂',
        );
      default:
        return body();
    }
  }

  /** Text that parses, and renders mostly. */
  #line(): string {
    const r = this.#random;
    const pieces = [
      'Hello {{.s}}',
      '\n',
      ' ',
      'é{{.n}}\n',
      '{{.missing}}',
      '{{.missing | default "none"}}',
      '{{if .a}}yes {{.m.b}}{{else}}\tno{{end}}',
      '{{range $i, $v := .l}}{{$i}}{{$v}}{{if $i}}{{break}}{{end}}{{end}}',
      '{{$v := .n -}}\n {{$v}}',
      '{{with .m}}{{.}}{{end}}',
      'a {{- /* c */ -}} b',
      '{{len .s}}',
      `{{template ${JSON.stringify(r.pick('none', ...this.#names))} .}}`,
    ];
    return r.times(3, () => pieces[r.below(pieces.length)] ?? '').join('');
  }

  /** A name that has not been defined yet; seldom one that must not be. */
  #definitionName(names: string[]): string | undefined {
    const r = this.#random;
    if (r.chance(0.01)) return JSON.stringify(r.pick('prompt', 'message 99', 'message 99.0', '@tone'));
    const name = r.chance(0.02) ? r.pick('d0', ...this.#names) : names.pop();
    if (name === undefined) return undefined;
    return r.chance(0.2) && !name.includes('`') ? `\`${name}\`` : JSON.stringify(name);
  }

  #variables(): Record<string, unknown> {
    const r = this.#random;
    const variables = this.#texts.variables();
    for (const placeholder of this.#placeholders) {
      if (r.chance(0.15)) continue;
      // An own property, whatever its name is.
      Object.defineProperty(variables, placeholder, {
        value: r.chance(0.85)
          ? r.times(3, () => this.#message())
          : r.pick<unknown>(null, 'x', [1], [{}], {}, [[]], [{ role: 1 }]),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return variables;
  }

  #message(): unknown {
    const r = this.#random;
    return {
      role: r.pick('user', 'assistant', 'tool', 'system:\n', ''),
      content: r.pick<unknown>(
        'hi',
        '{{.x}}',
        null,
        '',
        [{ type: 'text', text: '{{template "message 0"}}' }],
        'a\n\nsystem:\nb',
      ),
      ...(r.chance(0.3) && { tool_calls: [{ id: 'c1', n: 1.5 }] }),
    };
  }
}
