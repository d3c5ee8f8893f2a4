/** Random templates that parse and follow data in every way that inference does, and data near the edge of what they render. */
import type { Random } from '@px0/testing/random';
import type { InferredSchema, JsonType } from '../src/inference/inferred-schema.ts';

const NAMES = ['a', 'b', 'c', 'l'] as const;

export type Variables = Readonly<Record<string, unknown>>;

export class SchemaCaseMaker {
  readonly #random: Random;
  /** Variables in sight. */
  #inSight: string[] = [];
  #depth = 0;
  #loops = 0;
  #blocks = 0;
  /** What templates may call. */
  #names: readonly string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  template(): string {
    const r = this.#random;
    this.#blocks = 0;
    this.#names = r.chance(0.4) ? ['t0', 't1'] : [];
    const definitions = this.#names.map((name) => this.#unit(`define "${name}"`));
    return `${definitions.join('')}${this.#text()}`;
  }

  /** Data that satisfies the schema in most cases, and some that is anything. */
  variables(schema: InferredSchema): Variables {
    const r = this.#random;
    if (r.chance(0.3)) return this.#object(3);
    const { properties = {}, required = [] } = schema;
    return this.#sampleObject(properties, required);
  }

  /** The same, with one value or key changed somewhere. */
  neighbour(variables: Variables): Variables {
    const copy: Record<string, unknown> = structuredClone(variables);
    const holders = containersIn(copy);
    const holder = holders[this.#random.below(holders.length)] ?? copy;
    const keys = Object.keys(holder);
    const key = keys[this.#random.below(keys.length)];
    if (key === undefined) return copy;
    if (!Array.isArray(holder) && this.#random.chance(0.5)) delete holder[key];
    else Object.assign(holder, { [key]: this.#value(1) });
    return copy;
  }

  #unit(open: string): string {
    const outer = { inSight: this.#inSight, loops: this.#loops };
    this.#inSight = [];
    this.#loops = 0;
    const text = `{{${open}}}${this.#text()}{{end}}`;
    this.#inSight = outer.inSight;
    this.#loops = outer.loops;
    return text;
  }

  #text(): string {
    const inSight = this.#inSight.length;
    const text = [this.#piece(), ...this.#random.times(1 + this.#random.below(2), () => this.#piece())].join(
      '',
    );
    this.#inSight.length = inSight;
    return text;
  }

  #piece(): string {
    const r = this.#random;
    if (this.#depth > 2) return `{{${this.#reference()}}}`;
    this.#depth += 1;
    const inSight = this.#inSight.length;
    const kind = r.below(12);
    const text = this.#pieceOf(kind);
    // What a piece of its own kind declares stays; what a block declares in its pipeline does not.
    if (kind < 6) this.#inSight.length = inSight;
    this.#depth -= 1;
    return text;
  }

  #pieceOf(kind: number): string {
    const r = this.#random;
    switch (kind) {
      case 0:
        return `{{if ${this.#condition()}}}${this.#text()}${this.#otherwise('if')}{{end}}`;
      case 1:
        return `{{with ${this.#declared()}}}${this.#text()}${this.#otherwise('with')}{{end}}`;
      case 2:
      case 3:
        return this.#range();
      case 4:
        this.#blocks += 1;
        return this.#unit(`block "b${this.#blocks}" ${this.#reference()}`);
      case 5:
        return this.#loops > 0
          ? `{{if ${this.#condition()}}}${r.pick('{{break}}', '{{continue}}')}{{end}}`
          : `{{${this.#expression()}}}`;
      case 6: {
        const names = this.#names;
        const name = names[r.below(names.length)];
        return `{{${name === undefined ? this.#expression() : `template "${name}" ${this.#reference()}`}}}`;
      }
      case 7:
        return `{{${this.#declared(1)}}}`;
      case 8:
        return this.#reassigned();
      default:
        return `{{${this.#expression()}}}`;
    }
  }

  /** A variable that may hold something else afterwards, and is then read. */
  #reassigned(): string {
    const r = this.#random;
    if (this.#inSight.length === 0) return `{{${this.#reference()}}}`;
    const name = this.#variable();
    const set = `${name} ${r.pick('=', '=', ':=')} ${this.#reference()}`;
    const change = r.pick(
      `{{${set}}}`,
      `{{if ${this.#condition()}}}{{${set}}}{{end}}`,
      `{{if and ${this.#reference()} (${set})}}{{end}}`,
      `{{and ${this.#reference()} (${set})}}`,
    );
    return `${change}{{${name}.${r.pick(...NAMES)}}}`;
  }

  #range(): string {
    const r = this.#random;
    const over = this.#expression();
    const inSight = this.#inSight.length;
    const variables = r.pick('', '', '$v := ', '$i, $v := ', this.#inSight.length > 0 ? '$x = ' : '');
    const isKnown = variables !== '$x = ' || this.#inSight.includes('$x');
    if (variables.includes(':=')) this.#inSight.push('$v');
    this.#loops += 1;
    const body = this.#text() + (r.chance(0.1) ? r.pick('{{break}}', '{{continue}}') : '') + this.#jump();
    this.#loops -= 1;
    this.#inSight.length = inSight;
    return `{{range ${isKnown ? variables : ''}${over}}}${body}${this.#otherwise()}{{end}}`;
  }

  #jump(): string {
    const r = this.#random;
    if (r.chance(0.7)) return '';
    const jump = r.pick('{{break}}', '{{continue}}');
    return `{{${r.pick('if', 'with')} ${this.#condition()}}}${jump}{{end}}${this.#text()}`;
  }

  /** `word` may follow `else`. */
  #otherwise(word?: 'if' | 'with'): string {
    const r = this.#random;
    if (r.chance(0.6)) return '';
    const jump = this.#loops > 0 && r.chance(0.2) ? r.pick('{{break}}', '{{continue}}') : '';
    return word !== undefined && r.chance(0.3)
      ? `{{else ${word} ${this.#condition()}}}${this.#text()}{{else}}${jump}`
      : `{{else}}${jump}${this.#text()}`;
  }

  /** A pipeline, with or without a variable for its value. */
  #declared(probability = 0.3): string {
    const r = this.#random;
    const expression = this.#expression();
    if (!r.chance(probability)) return expression;
    const name = r.pick('$x', '$y', '$v');
    this.#inSight.push(name);
    return `${name} := ${expression}`;
  }

  #variable(): string {
    return this.#inSight[this.#random.below(this.#inSight.length)] ?? '$';
  }

  #condition(): string {
    const r = this.#random;
    return r.pick(
      () => this.#reference(),
      () => `eq ${this.#reference()} "a"`,
      () => `and ${this.#reference()} ${this.#operand()}`,
      () => `or ${this.#reference()} ${this.#operand()} ${this.#reference()}`,
      () => `not ${this.#reference()}`,
      () => r.pick('true', 'false'),
    )();
  }

  #expression(): string {
    const r = this.#random;
    const reference = this.#reference();
    return r.pick(
      () => reference,
      () => reference,
      () => reference,
      () => `${reference} | default "x"`,
      () => `default "y" ${reference}`,
      () => `index ${reference} "${r.pick(...NAMES)}"`,
      () => `index ${reference} ${r.below(2)}`,
      () => `index ${reference} "${r.pick(...NAMES)}" "${r.pick(...NAMES)}"`,
      () => `index ${reference} ${this.#reference()}`,
      () => `len ${reference}`,
      () => `${r.pick('upper', 'lower', 'trim')} ${reference}`,
      () => `${reference} | ${r.pick('upper', 'len', 'index', 'and true', 'print')}`,
      () => this.#condition(),
    )();
  }

  #operand(): string {
    const r = this.#random;
    if (this.#inSight.length > 0 && r.chance(0.3)) return `(${this.#variable()} := ${this.#reference()})`;
    return r.chance(0.6) ? this.#reference() : `(${this.#expression()})`;
  }

  #reference(): string {
    const r = this.#random;
    const name = () => r.pick(...NAMES);
    switch (r.below(9)) {
      case 0:
        return '.';
      case 1:
        return `.${name()}.${name()}`;
      case 2:
        return `$.${name()}`;
      case 3:
        return this.#variable();
      case 4:
        return `${this.#variable()}.${name()}`;
      case 5:
        return this.#depth > 2 ? `.${name()}` : `(index . "${name()}")${r.pick('', `.${name()}`)}`;
      case 6:
        return `(.${name()})${r.pick('', `.${name()}`)}`;
      default:
        return `.${name()}`;
    }
  }

  #sample(schema: InferredSchema): unknown {
    const r = this.#random;
    const { type, properties = {}, required = [], items = {} } = schema;
    const types: readonly JsonType[] = type === undefined ? [] : typeof type === 'string' ? [type] : type;
    switch (types[r.below(types.length)]) {
      case 'array':
        return r.times(3, () => this.#sample(items));
      case 'object':
        return this.#sampleObject(properties, required);
      case 'string':
        return r.pick('', 'a', 'text');
      case 'null':
        return null;
      default:
        return Object.keys(properties).length > 0 && r.chance(0.7)
          ? this.#sampleObject(properties, Object.keys(properties))
          : this.#value(2);
    }
  }

  #sampleObject(
    properties: Readonly<Record<string, InferredSchema>>,
    required: readonly string[],
  ): Variables {
    const entries = Object.entries(properties)
      .filter(([key]) => required.includes(key) || this.#random.chance(0.7))
      .map(([key, property]) => [key, this.#sample(property)]);
    return Object.fromEntries(entries);
  }

  #value(depth: number): unknown {
    const r = this.#random;
    switch (r.below(depth > 0 ? 9 : 5)) {
      case 0:
        return r.pick<unknown>(null, null, true, false);
      case 1:
        return r.pick(0, 1, 2.5);
      case 2:
        return r.pick<unknown>([], {});
      case 3:
      case 4:
        return r.pick('', 'a', 'b', 'text');
      case 5:
      case 6:
        return r.times(3, () => this.#value(depth - 1));
      default:
        return this.#object(depth - 1);
    }
  }

  #object(depth: number): Variables {
    const names = NAMES.filter(() => this.#random.chance(0.8));
    return Object.fromEntries(names.map((name) => [name, this.#value(depth)]));
  }
}

/** The lists and objects in a value that have something in them. */
function containersIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Record<string, unknown>;
  return [container, ...Object.values(container).flatMap(containersIn)].filter(
    (each) => Object.keys(each).length > 0,
  );
}
