/**
 * The keywords that judge a value by itself, in the order in which they are judged, each with the phrase that says what it wants.
 * What is in lists and objects is judged on its own.
 */
import { isDict, jsonText } from '../json.ts';
import type { InputSchema, JsonType } from '../schema/schema.ts';

type Accepts = (value: unknown) => boolean;

export interface Check {
  readonly accepts: Accepts;
  /** What the value must be or have. */
  readonly phrase: string;
}

const NAMES: Readonly<Record<JsonType, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'a boolean',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

const IS: Readonly<Record<JsonType, Accepts>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: isDict,
  null: (value) => value === null,
};

/** The types that a schema names; undefined for any. */
export function typesOf({ type }: InputSchema): readonly JsonType[] | undefined {
  return typeof type === 'string' ? [type] : type;
}

/** `a`, `a or b`, `a, b or c`. */
export function joinedByOr(names: readonly string[]): string {
  const last = names.slice(-1).join('');
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}

export function typeCheck(schema: InputSchema): Check | undefined {
  const types = typesOf(schema);
  if (types === undefined) return undefined;
  return {
    accepts: acceptsAny(types.map((type) => IS[type])),
    phrase: `be ${joinedByOr(types.map((type) => NAMES[type]))}`,
  };
}

/** Each number of kinds as code of its own: a loop would take as long as all the rest. */
function acceptsAny(kinds: readonly Accepts[]): Accepts {
  const [first, second, third] = kinds;
  if (first === undefined) return () => false;
  if (second === undefined) return first;
  if (third === undefined) return (value) => first(value) || second(value);
  if (kinds.length === 3) return (value) => first(value) || second(value) || third(value);
  return (value) => kinds.some((isKind) => isKind(value));
}

/** `enum`, `const` and the bounds. */
export function valueChecks(schema: InputSchema): readonly Check[] {
  const { minLength, maxLength, minItems, maxItems } = schema;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const checks: Check[] = [];
  if (schema.enum !== undefined) {
    checks.push({ accepts: acceptsOnly(schema.enum), phrase: `be one of ${listed(schema.enum)}` });
  }
  if (Object.hasOwn(schema, 'const')) {
    checks.push({ accepts: acceptsOnly([schema.const]), phrase: `be ${textOf(schema.const)}` });
  }
  const bound = (limit: number | undefined, phrase: string, accepts: (limit: number) => Accepts) => {
    if (limit !== undefined)
      checks.push({ accepts: accepts(limit), phrase: phrase.replace('#', String(limit)) });
  };
  bound(minLength, 'have at least # characters', (limit) => ofText((text) => isAsLong(text, limit)));
  bound(maxLength, 'have at most # characters', (limit) => ofText((text) => isAsShort(text, limit)));
  bound(minimum, 'be at least #', (limit) => ofNumber((number) => number >= limit));
  bound(maximum, 'be at most #', (limit) => ofNumber((number) => number <= limit));
  bound(exclusiveMinimum, 'be more than #', (limit) => ofNumber((number) => number > limit));
  bound(exclusiveMaximum, 'be less than #', (limit) => ofNumber((number) => number < limit));
  bound(minItems, 'have at least # items', (limit) => ofList((length) => length >= limit));
  bound(maxItems, 'have at most # items', (limit) => ofList((length) => length <= limit));
  return checks;
}

/** A bound says nothing of other types. */
function ofText(accepts: (text: string) => boolean): Accepts {
  return (value) => typeof value !== 'string' || accepts(value);
}

function ofNumber(accepts: (number: number) => boolean): Accepts {
  return (value) => typeof value !== 'number' || accepts(value);
}

function ofList(accepts: (length: number) => boolean): Accepts {
  return (value) => !Array.isArray(value) || accepts(value.length);
}

/** A character has one or two units: most lengths need no counting. */
function isAsLong(text: string, limit: number): boolean {
  if (text.length < limit) return false;
  return text.length >= 2 * limit || characters(text) >= limit;
}

function isAsShort(text: string, limit: number): boolean {
  if (text.length <= limit) return true;
  return text.length <= 2 * limit && characters(text) <= limit;
}

function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}

/** As JSON values: `1` is `1.0`, and neither `true` nor `"1"`. However many values there are, one that is judged is looked at once. */
function acceptsOnly(values: readonly unknown[]): Accepts {
  const isScalar = (value: unknown) => typeof value !== 'object' || value === null;
  const scalars = new Set(values.filter(isScalar));
  const others = new Set(values.filter((value) => !isScalar(value)).map(textOf));
  const longest = [...others].reduce((most, { length }) => Math.max(most, length), 0);
  return (value) => {
    if (isScalar(value)) return scalars.has(value);
    const text = others.size === 0 ? undefined : jsonText(value, longest);
    return text !== undefined && others.has(text);
  };
}

function textOf(value: unknown): string {
  return jsonText(value, Number.POSITIVE_INFINITY) ?? '';
}

const MOST_LISTED = 10;

function listed(values: readonly unknown[]): string {
  const texts = values.slice(0, MOST_LISTED).map(textOf);
  return values.length > MOST_LISTED ? `${texts.join(', ')}, …` : texts.join(', ');
}
