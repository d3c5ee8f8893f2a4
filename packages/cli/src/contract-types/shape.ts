/**
 * What a program may give for the variables of a prompt, in no language yet: made of the effective schema, and for what that leaves open of the shapes that
 * px0 has inferred. A schema comes from the network, so whatever it holds that is no keyword of its kind counts as not said.
 */
import { type Dict, isDict, jsonText } from '@px0/input-contract';
import { compareStrings, pathStep } from '@px0/template';

/** A prompt as its callers see it. */
export interface PromptContract {
  readonly slug: string;
  readonly kind: 'text' | 'chat';
  /** The effective input schema of one version. */
  readonly schema: Dict;
  /** What the same version reads. */
  readonly variables: readonly { readonly path: string; readonly shape: 'scalar' | 'list' | 'map' }[];
}

/** What one value may be: any of these; no value at all where there is none. */
export type Shape = readonly Alternative[];

export type Alternative =
  | { readonly kind: 'any' | 'string' | 'number' | 'integer' | 'boolean' | 'null' }
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: Shape }
  | { readonly kind: 'object'; readonly object: ObjectShape }
  /** One of a conversation, in the form of whichever provider. */
  | { readonly kind: 'message' };

export interface ObjectShape {
  /** In the order of their keys. */
  readonly fields: readonly Field[];
  /** Whether the contract says anything about other keys: true when it takes them, false when it refuses them. */
  readonly others: boolean | undefined;
  readonly documentation: readonly string[];
}

export interface Field {
  readonly key: string;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  readonly shape: Shape;
  /** Lines of text by whoever wrote the schema. */
  readonly documentation: readonly string[];
}

/** Deeper than any schema that px0 takes. What lies below is not said. */
const MOST_LEVELS = 40;
const MOST_EXAMPLES = 10;
const MOST_OF_VALUE = 200;
const ANY: Shape = [{ kind: 'any' }];
const SCALAR: Shape = [{ kind: 'string' }, { kind: 'number' }, { kind: 'boolean' }];
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;

type Type = (typeof TYPES)[number];

/** The variables of a prompt. */
export function variablesShape({ schema, kind, variables }: PromptContract): ObjectShape {
  const scalars = variables.filter(({ shape }) => shape === 'scalar').map(({ path }) => path);
  return new Reader(new Set(scalars), kind === 'chat').object(schema, '', 0);
}

class Reader {
  readonly #scalars: ReadonlySet<string>;
  readonly #isChat: boolean;

  constructor(scalars: ReadonlySet<string>, isChat: boolean) {
    this.#scalars = scalars;
    this.#isChat = isChat;
  }

  object(schema: Dict, path: string, level: number): ObjectShape {
    const properties = isDict(schema['properties']) ? schema['properties'] : {};
    const required = new Set(listOf(schema['required']).filter((name) => typeof name === 'string'));
    const keys = [...new Set([...Object.keys(properties), ...required])].toSorted(compareStrings);
    const others = schema['additionalProperties'];
    return {
      fields: keys.map((key) => {
        const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
        const own = isDict(property) ? property : {};
        return {
          key,
          isRequired: required.has(key),
          isDeprecated: own['deprecated'] === true,
          shape: this.#shape(own, path + pathStep(key, path === ''), level + 1),
          documentation: documentationOf(own),
        };
      }),
      others: typeof others === 'boolean' ? others : undefined,
      documentation: documentationOf(schema),
    };
  }

  #shape(schema: Dict, path: string, level: number): Shape {
    if (level > MOST_LEVELS) return ANY;
    const types = typesOf(schema['type']);
    const values = Object.hasOwn(schema, 'const') ? [schema['const']] : schema['enum'];
    if (Array.isArray(values)) return literalsOf(values, types);
    if (types.length === 0) return this.#scalars.has(path) ? SCALAR : ANY;
    return types
      .filter((type) => type !== 'integer' || !types.includes('number'))
      .map((type) => this.#alternative(type, schema, path, level));
  }

  #alternative(type: Type, schema: Dict, path: string, level: number): Alternative {
    if (type === 'array')
      return { kind: 'list', items: this.#items(schema['items'], `${path}[]`, level + 1) };
    // The keywords for the keys of an object would describe those of a map over which a template ranges, too.
    return type === 'object'
      ? { kind: 'object', object: this.object(schema, path, level + 1) }
      : { kind: type };
  }

  #items(items: unknown, path: string, level: number): Shape {
    if (!isDict(items)) return this.#scalars.has(path) ? SCALAR : ANY;
    return this.#isChat && level === 2 && isMessage(items)
      ? [{ kind: 'message' }]
      : this.#shape(items, path, level);
  }
}

/** As the items of a placeholder are described: by their role, beside which they hold what their provider wants. */
function isMessage({ type, properties, additionalProperties }: Dict): boolean {
  if (type !== 'object' || additionalProperties === false || !isDict(properties)) return false;
  const [key, ...others] = Object.keys(properties);
  return key === 'role' && others.length === 0;
}

function typesOf(type: unknown): Type[] {
  const given = listOf(Array.isArray(type) ? type : [type]);
  return TYPES.filter((known) => given.includes(known));
}

function literalsOf(values: readonly unknown[], types: readonly Type[]): Shape {
  const byText = new Map(values.map((value) => [jsonText(value, Number.POSITIVE_INFINITY), value]));
  return [...byText.values()]
    .filter((value) => types.length === 0 || typesOfValue(value).some((type) => types.includes(type)))
    .map((value) => ({ kind: 'literal', value }));
}

export function typesOfValue(value: unknown): Type[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return typeof value === 'string' ? ['string'] : typeof value === 'boolean' ? ['boolean'] : ['object'];
}

function documentationOf(schema: Dict): string[] {
  const { title, description, default: preset, examples } = schema;
  const words = typeof description === 'string' ? description : typeof title === 'string' ? title : '';
  const shown = listOf(examples).flatMap((example) => jsonText(example, MOST_OF_VALUE) ?? []);
  const default_ = preset === undefined ? undefined : jsonText(preset, MOST_OF_VALUE);
  return [
    ...words.split(/\r\n|[\r\n]/).map((line) => line.trim()),
    ...(default_ === undefined ? [] : [`Default: ${default_}.`]),
    ...(shown.length === 0 ? [] : [`For example ${shown.slice(0, MOST_EXAMPLES).join(', ')}.`]),
  ].filter((line) => line !== '');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
