/**
 * Writing JSON that says what the value says. `JSON.stringify` writes null for NaN, `{}` for a Map and nothing for a function, and a prompt with
 * `<no value>` in it is the worst outcome: such values are refused, with the place where they stand. What is written is a plain copy for which each
 * value was read once: a getter, a `toJSON` or a proxy may give something else the next time, which nothing has judged.
 * See docs/decisions/144-clients-refuse-what-cannot-work.md.
 */
import { readable, reasonOf, UsageError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

/**
 * What becomes of digits that were given by `JSON.rawJSON`: px0 keeps those of payloads as they are written, and reads those of a render as floats.
 */
type Numbers = 'exact' | 'float';

/** px0 takes variables that nest 1,000 deep, themselves included. */
const MOST_DEPTH = 1_000;
/** How many levels of a body of the API lie above the variables in it: a batch has the most. */
const LEVELS_AROUND_VARIABLES = 3;
/** Of the place in a message: a value at the end of a long way is named by its beginning. */
const MOST_PLACE_LENGTH = 200;

/**
 * The text of a request's body.
 *
 * @throws UsageError for a value that JSON does not have, one that throws while it is read, and nesting beyond px0's bound
 */
export function bodyText(body: unknown): string {
  return stringified('the body', plain('the body', body, 1 - LEVELS_AROUND_VARIABLES, 'exact'));
}

/** A render's body: its text, made when it is first needed, and the variables as px0 gets to see them. */
export interface RenderBody {
  readonly variables: JsonObject;
  text(): string;
}

/**
 * The variables as px0 gets to see them: dates are texts there, what is undefined is absent, and half a surrogate pair is U+FFFD.
 *
 * @throws UsageError for variables that are no object, and for what `bodyText` refuses
 */
export function renderBody(
  given: unknown,
  options: {
    readonly missing_key: string | undefined;
    readonly transcript: boolean;
    readonly contract: string | undefined;
  },
): RenderBody {
  if (!readable('variables', () => isObject(given))) throw new UsageError('the variables must be an object');
  const variables = plain('variables', given, 1, 'float');
  if (!isObject(variables)) throw new UsageError('the variables must be an object');
  let text: string | undefined;
  return {
    variables,
    text() {
      text ??= stringified('variables', { variables, options });
      return text;
    },
  };
}

function plain(what: string, value: unknown, depth: number, numbers: Numbers): unknown {
  try {
    return copied(value, '', depth, numbers);
  } catch (error) {
    throw unwritable(what, error);
  }
}

function stringified(what: string, value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Longer than any text of JavaScript.
    throw unwritable(what, error);
  }
}

function unwritable(what: string, error: unknown): UsageError {
  const fault = error instanceof Unwritable ? error : new Unwritable(faultOf(error), error);
  return new UsageError(`${what}${fault.place()} ${fault.reason}`, { cause: fault.cause });
}

function faultOf(error: unknown): string {
  return `cannot be written as JSON: ${reasonOf(error)}`;
}

/** What is wrong with a value; the way to it grows while it is thrown upwards. */
class Unwritable {
  readonly reason: string;
  readonly cause: unknown;
  readonly #way: (string | number)[] = [];

  constructor(reason: string, cause?: unknown) {
    this.reason = reason;
    this.cause = cause;
  }

  below(key: string | number): this {
    this.#way.push(key);
    return this;
  }

  place(): string {
    const steps = this.#way.toReversed().map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    });
    const place = steps.join('');
    return place.length > MOST_PLACE_LENGTH ? `${place.slice(0, MOST_PLACE_LENGTH)}...` : place;
  }
}

/** @throws Unwritable, and what getters and `toJSON` of the value throw */
function copied(value: unknown, key: string | number, depth: number, numbers: Numbers): unknown {
  if (typeof value === 'string') return stringOf(value, numbers);
  if (typeof value === 'boolean' || value === null) return value;
  // A Buffer has a form of its own, but a list of numbers below "data" is not what a template is meant to print.
  if (typeof value === 'object' && 'toJSON' in value && !ArrayBuffer.isView(value)) {
    return formOf(value, value.toJSON, key, depth, numbers);
  }
  if (typeof value === 'bigint' || typeof value === 'function') {
    return formOf(value, Reflect.get(Object(value), 'toJSON'), key, depth, numbers);
  }
  return written(value, depth, numbers);
}

/** Of a render, as px0 reads it: what is made here must be the same. */
function stringOf(value: string, numbers: Numbers): string {
  return numbers === 'exact' || value.isWellFormed() ? value : value.toWellFormed();
}

/** The form that a value gives itself counts before all else, and is not asked for one again. */
function formOf(
  value: unknown,
  toJSON: unknown,
  key: string | number,
  depth: number,
  numbers: Numbers,
): unknown {
  if (typeof toJSON !== 'function') return written(value, depth, numbers);
  const form: unknown = Reflect.apply(toJSON, value, [String(key)]);
  // So do dates that are none, of the language and of libraries: as if there were no date.
  if (form === null) {
    const tag = tagOf(value);
    if (tag === 'Date') throw new Unwritable('is an invalid date');
    throw new Unwritable(`is of type ${nameOf(Object(value), tag)}, and its toJSON returns null`);
  }
  return written(form, depth, numbers);
}

function written(value: unknown, depth: number, numbers: Numbers): unknown {
  switch (typeof value) {
    case 'string':
      return stringOf(value, numbers);
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new Unwritable(`is ${value}, which JSON does not support`);
      // JSON has one zero.
      return value + 0;
    case 'object':
      return value === null ? null : copyOf(value, depth, numbers);
    case 'undefined':
      throw new Unwritable('is undefined, which JSON does not support');
    default:
      throw new Unwritable(`is a ${typeof value}, which JSON does not support`);
  }
}

function copyOf(value: object, depth: number, numbers: Numbers): unknown {
  if (depth > MOST_DEPTH) throw new Unwritable(`nests more than ${MOST_DEPTH} levels, or contains itself`);
  if (Array.isArray(value)) return items(value, depth, numbers);
  return isPlain(value) ? plainMembers(value, depth, numbers) : formOfInstance(value, depth, numbers);
}

function items(list: readonly unknown[], depth: number, numbers: Numbers): unknown[] {
  const copies: unknown[] = [];
  let index = 0;
  try {
    for (; index < list.length; index += 1) copies.push(copied(list[index], index, depth + 1, numbers));
  } catch (error) {
    throw located(error, index);
  }
  return copies;
}

function members(object: object, depth: number, numbers: Numbers): JsonObject {
  const copies: Record<string, unknown> = {};
  let at = '';
  try {
    for (at of Object.keys(object)) {
      const member: unknown = Reflect.get(object, at);
      // A member that is undefined is absent, as everywhere in JavaScript.
      if (member !== undefined) put(copies, stringOf(at, numbers), copied(member, at, depth + 1, numbers));
    }
  } catch (error) {
    throw located(error, at);
  }
  return copies;
}

function put(object: Record<string, unknown>, key: string, value: unknown): void {
  // To assign it would change what the object is.
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function plainMembers(object: object, depth: number, numbers: Numbers): unknown {
  const digits = digitsOf(object);
  if (digits !== undefined) return numbers === 'exact' ? object : written(JSON.parse(digits), depth, numbers);
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length > 0 && symbols.some((symbol) => isEnumerable(object, symbol))) {
    throw new Unwritable('has a key that is not a string');
  }
  return members(object, depth, numbers);
}

const isRawJson: unknown = Reflect.get(JSON, 'isRawJSON');

/** What `JSON.rawJSON` was made of, on platforms that have it: digits that were never a number may be beyond the range of floats. */
function digitsOf(object: object): string | undefined {
  const isRaw = typeof isRawJson === 'function' && Reflect.apply(isRawJson, JSON, [object]) === true;
  return isRaw ? String(Reflect.get(object, 'rawJSON')) : undefined;
}

/** Of which JSON keeps nothing, or not what they are, whatever properties they have. */
const WITHOUT_FORM = new Set([
  ...['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'RegExp', 'Promise', 'Error', 'Symbol', 'Arguments'],
  ...['ArrayBuffer', 'SharedArrayBuffer', 'Generator', 'AsyncGenerator'],
]);

function formOfInstance(value: object, depth: number, numbers: Numbers): unknown {
  const tag = tagOf(value);
  // As JSON.stringify takes their values.
  if (value instanceof Number) return written(Number(value), depth, numbers);
  if (value instanceof String) return stringOf(String(value), numbers);
  if (value instanceof Boolean) return Boolean.prototype.valueOf.call(value);
  if ('then' in value && typeof value.then === 'function') {
    throw new Unwritable('is a promise that was not awaited');
  }
  if (WITHOUT_FORM.has(tag) || ArrayBuffer.isView(value) || Object.keys(value).length === 0) {
    // The last: one that keeps its data out of sight, such as `Headers`, or a class with private fields only.
    throw new Unwritable(`is of type ${nameOf(value, tag)}, which JSON does not support`);
  }
  return members(value, depth, numbers);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The last of the chain is `Object.prototype`, also that of another realm.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function isEnumerable(object: object, key: symbol): boolean {
  return Object.prototype.propertyIsEnumerable.call(object, key);
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function nameOf(value: object, tag: string): string {
  const { name } = value.constructor ?? {};
  return typeof name === 'string' && name !== '' ? name : tag;
}

/** What a getter or `toJSON` throws is told with its place, too. */
function located(error: unknown, key: string | number): Unwritable {
  if (error instanceof Unwritable) return error.below(key);
  return new Unwritable(faultOf(error), error).below(key);
}
