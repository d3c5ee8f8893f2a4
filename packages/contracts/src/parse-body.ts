/**
 * Lenient parsing of a request body: it checks types but not which fields are required, because each command has its own
 * error for a missing field. The rules are derived from the declared schema, once per schema.
 * See docs/decisions/030-reading-requests.md.
 */
import { z } from 'zod';
import { BodyFault, hintOfBrokenJson } from './body-fault.ts';
import { parseExactJson } from './exact-json.ts';
import type { Hint } from './hint.ts';
import { parseUuid } from './ids.ts';
import type { BodyOf, RouteDefinition } from './route.ts';
import { isClosed } from './values.ts';

/**
 * Deeper JSON is refused: JSON.stringify, Postgres's jsonb and template evaluation are all recursive and would turn it
 * into a 500.
 */
const maxDepth = 1_000;

/** Not values that JSON can hold, hence free to mean these. */
const wrong = Symbol('wrong');
const absent = Symbol('absent');

/** What was read, or a `BodyFault`. `plain`: the text that the value was parsed from shows that no JSON below it needs a check. */
type Reader = (value: unknown, plain: boolean) => unknown;
type BodySchema = z.ZodObject;

const readers = new WeakMap<z.ZodType, Reader>();

type ParsedRoute = Pick<RouteDefinition, 'body' | 'numbers'>;

/**
 * Reads a body that was parsed from JSON. Null fields are dropped (except where any JSON value is allowed), unknown
 * fields are ignored (except in `closed` objects), UUIDs come out in lower case. Undefined means `invalid request body`: a wrong type, a NUL
 * character, a number beyond the range of a float, nesting deeper than 1,000.
 *
 * `raw` belongs to this function: lone surrogates in it are replaced in place by U+FFFD, as in Go's decoder.
 */
export function parseBody<R extends ParsedRoute>(route: R, raw: unknown): BodyOf<R> | undefined {
  const value = readBody(route, raw, false);
  return value instanceof BodyFault ? undefined : value;
}

function readBody<R extends ParsedRoute>(route: R, raw: unknown, plain: boolean): BodyOf<R> | BodyFault {
  if (route.body === null) return {} as BodyOf<R>;
  // The reader has just checked every field against the schema that BodyOf is derived from.
  return readerOf(route.body)(raw === null ? {} : raw, plain) as BodyOf<R> | BodyFault;
}

/** Reads a body from its text; like `parseBody`, and keeps numbers as written where the route asks for that. */
export function parseBodyText<R extends ParsedRoute>(route: R, text: string): BodyOf<R> | undefined {
  const body = bodyOrHint(route, text);
  return body instanceof BadBody ? undefined : body;
}

/** A body that was refused. */
export class BadBody {
  readonly #hint: () => Hint;

  constructor(hint: () => Hint) {
    this.#hint = hint;
  }

  /** What may help its sender, which is looked for when it is asked for. */
  get hint(): Hint {
    return this.#hint();
  }
}

/** As `parseBodyText`, and says what is wrong. */
export function bodyOrHint<R extends ParsedRoute>(route: R, text: string): BodyOf<R> | BadBody {
  if (route.body === null) return {} as BodyOf<R>;
  let raw: unknown;
  try {
    raw = route.numbers === 'exact' ? parseExactJson(text) : JSON.parse(text);
  } catch {
    return new BadBody(() => hintOfBrokenJson(text));
  }
  const value = readBody(route, raw, isPlain(text));
  return value instanceof BodyFault ? new BadBody(() => value.hint) : value;
}

/** A number beyond the range of a double has a long exponent or very many digits; NUL and lone surrogates have to be escaped. */
const needsChecks = /\\u|[eE]\+?\d{2}|\d{200}/;

/** Whether the checks of any-JSON fields can find nothing: the walk through the variables is a good part of what a small render costs. */
function isPlain(text: string): boolean {
  return text.length < 2 * maxDepth && !needsChecks.test(text);
}

function readerOf(schema: z.ZodType): Reader {
  const known = readers.get(schema);
  if (known !== undefined) return known;
  const reader = compile(schema);
  readers.set(schema, reader);
  return reader;
}

function compile(schema: z.ZodType): Reader {
  if (schema instanceof z.ZodObject) return objectReader(schema);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional) return readerOf(inner(schema));
  if (schema instanceof z.ZodNullable) {
    const read = readerOf(inner(schema));
    return (value, plain) => (value === null ? null : read(value, plain));
  }
  if (schema instanceof z.ZodGUID || schema instanceof z.ZodUUID) return readUuid;
  if (schema instanceof z.ZodString) return stringReader(textReader(schema));
  if (schema instanceof z.ZodEnum) {
    const allowed = new Set<unknown>(schema.options);
    return (value) => (allowed.has(value) ? value : new BodyFault(['one-of', ...schema.options.map(String)]));
  }
  if (schema instanceof z.ZodBoolean)
    return (value) => (typeof value === 'boolean' ? value : new BodyFault('boolean'));
  if (schema instanceof z.ZodNumber) {
    const isInteger = schema.isInt;
    return (value) =>
      typeof value === 'number' && (!isInteger || Number.isSafeInteger(value))
        ? value
        : new BodyFault(isInteger ? 'integer' : 'number');
  }
  if (schema instanceof z.ZodArray) return arrayReader(readerOf(inner(schema)));
  if (schema instanceof z.ZodUnknown) return jsonReader(schema);
  if (schema instanceof z.ZodRecord) {
    const readJson = jsonReader(schema);
    return (value, plain) => (isJsonObject(value) ? readJson(value, plain) : new BodyFault('object'));
  }
  // A programming error, found by the test that compiles every route.
  throw new TypeError(`parseBody does not know schemas of type "${schema.type}"`);
}

/** Zod types the inside of a wrapper as its core interface; in this package every schema is a classic one. */
function inner(schema: { readonly _zod: { readonly def: object } }): z.ZodType {
  const def: object = schema._zod.def;
  const found = 'innerType' in def ? def.innerType : 'element' in def ? def.element : undefined;
  if (found instanceof z.ZodType) return found;
  throw new TypeError('a schema without an inside');
}

function objectReader(schema: BodySchema): Reader {
  const fields = Object.entries(schema.shape).map(([name, field]): [string, Reader, boolean] => {
    if (!(field instanceof z.ZodType)) throw new TypeError(`field "${name}" is not a schema`);
    return [name, readerOf(field), acceptsNull(field)];
  });
  const known = isClosed(schema) ? new Set(fields.map(([name]) => name)) : undefined;
  return (value, plain) => {
    if (!isJsonObject(value)) return new BodyFault('object');
    if (known !== undefined) {
      const unknown = Object.keys(value).find((name) => !known.has(name));
      if (unknown !== undefined) return new BodyFault('known').within(unknown);
    }
    const result: Record<string, unknown> = {};
    for (const [name, read, nullable] of fields) {
      const raw = Object.hasOwn(value, name) ? value[name] : absent;
      if (raw === absent || (raw === null && !nullable)) continue;
      const parsed = read(raw, plain);
      if (parsed instanceof BodyFault) return parsed.within(name);
      result[name] = parsed;
    }
    return result;
  };
}

function acceptsNull(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional)
    return acceptsNull(inner(schema));
  return schema instanceof z.ZodNullable || schema instanceof z.ZodUnknown;
}

function arrayReader(read: Reader): Reader {
  return (value, plain) => {
    if (!Array.isArray(value)) return new BodyFault('list');
    const result: unknown[] = [];
    for (const element of value) {
      const parsed = read(element, plain);
      if (parsed instanceof BodyFault) return parsed.within(result.length);
      result.push(parsed);
    }
    return result;
  };
}

type TextReader = (text: string) => string | typeof wrong;

function textReader(schema: z.ZodType): TextReader {
  return schema.meta()?.['allowsNul'] === true ? mendText : mendStorable;
}

function mendText(text: string): string {
  return text.toWellFormed();
}

function mendStorable(text: string): string | typeof wrong {
  return text.includes('\0') ? wrong : text.toWellFormed();
}

function stringReader(readText: TextReader): Reader {
  return (value) => {
    if (typeof value !== 'string') return new BodyFault('string');
    const text = readText(value);
    return text === wrong ? new BodyFault('storable') : text;
  };
}

function readUuid(value: unknown): unknown {
  return (typeof value === 'string' ? parseUuid(value) : undefined) ?? new BodyFault('uuid');
}

function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/**
 * Any JSON value: checked iteratively, since its depth is the sender's choice, and mended in place. Values that are
 * never stored may hold NUL (`meta({ allowsNul: true })`): the template language has rules for it.
 */
function jsonReader(schema: z.ZodType): Reader {
  const readText = textReader(schema);
  return (value, plain) => (plain ? value : readJson(value, readText));
}

function readJson(root: unknown, readText: TextReader): unknown {
  const holder = { root };
  let level: object[] = [holder];
  // The holder is level 0, so a scalar has depth 1.
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return new BodyFault('flatter');
    const below: object[] = [];
    for (const container of level) {
      if (!mendContainer(container, readText, below)) return new BodyFault('storable');
    }
    level = below;
  }
  return holder.root;
}

function mendContainer(container: object, readText: TextReader, below: object[]): boolean {
  return Array.isArray(container)
    ? mendArray(container, readText, below)
    : mendObject(container, readText, below);
}

function mendArray(array: unknown[], readText: TextReader, below: object[]): boolean {
  for (let index = 0; index < array.length; index += 1) {
    const value = mend(array[index], readText, below);
    if (value === wrong) return false;
    if (value !== array[index]) array[index] = value;
  }
  return true;
}

function mendObject(object: object, readText: TextReader, below: object[]): boolean {
  for (const [key, value] of Object.entries(object)) {
    const mendedKey = readText(key);
    const mended = mend(value, readText, below);
    if (mendedKey === wrong || mended === wrong) return false;
    if (mendedKey === key && mended === value) continue;
    if (mendedKey !== key) Reflect.deleteProperty(object, key);
    // defineProperty, because assigning to a key named __proto__ would set the prototype instead.
    Object.defineProperty(object, mendedKey, {
      value: mended,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return true;
}

function mend(value: unknown, readText: TextReader, below: object[]): unknown {
  if (typeof value === 'string') return readText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : wrong;
  if (typeof value === 'object' && value !== null && !JSON.isRawJSON(value)) below.push(value);
  return value;
}
