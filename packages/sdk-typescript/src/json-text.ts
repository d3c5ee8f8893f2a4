/**
 * Writing JSON that says what the value says. `JSON.stringify` writes null for NaN, `{}` for a Map and nothing for a function, and a prompt with
 * `<no value>` in it is the worst outcome: such values are refused, with the place where they stand. Runs for every render, so a value that is
 * right costs one walk and no allocation.
 */
import { reasonOf, UsageError } from './errors.ts';
import { isObject, type JsonObject, parseObject } from './json.ts';

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
  requireJson('the body', body, 1 - LEVELS_AROUND_VARIABLES);
  return stringified('the body', body);
}

/**
 * The text of a render's body, and the variables as px0 gets to see them: dates are texts there, and what is undefined is absent.
 *
 * @throws UsageError for variables that are no object, and for what `bodyText` refuses
 */
export function renderBody(
  variables: unknown,
  missingKey: string | undefined,
): { readonly text: string; readonly variables: JsonObject } {
  if (!isObject(variables)) throw new UsageError('the variables must be an object');
  requireJson('variables', variables, 1);
  const options = missingKey === undefined ? undefined : { missing_key: missingKey };
  const text = wellFormed(stringified('variables', { variables, options }));
  const seen = parseObject(text)?.['variables'];
  if (!isObject(seen)) throw new UsageError('the variables must be an object');
  // Digits that were never a number (`JSON.rawJSON`) may be beyond the range of floats, which px0 refuses.
  if (MAY_BE_BEYOND_FLOATS.test(text)) requireJson('variables', seen, 1);
  return { text, variables: seen };
}

/** Half a surrogate pair becomes U+FFFD, as px0 reads it: a text that is made here from what is kept must be the same. */
function wellFormed(json: string): string {
  // Whole pairs are not escaped; an escaped backslash before it makes it plain text.
  if (!json.includes('\\ud')) return json;
  return json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}

const MAY_BE_BEYOND_FLOATS = /\d[eE]\+?\d{3}|\d{309}/;

function requireJson(what: string, value: unknown, depth: number): void {
  try {
    judge(value, '', depth);
  } catch (error) {
    throw unwritable(what, error);
  }
}

function stringified(what: string, value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
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
function judge(value: unknown, key: string | number, depth: number): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  // A Buffer has a form of its own, but a list of numbers below "data" is not what a template is meant to print.
  if (typeof value === 'object' && 'toJSON' in value && !ArrayBuffer.isView(value)) {
    judgeForm(value, value.toJSON, key, depth);
  } else if (typeof value === 'bigint' || typeof value === 'function') {
    judgeForm(value, Reflect.get(Object(value), 'toJSON'), key, depth);
  } else judgeWritten(value, depth);
}

/** The form that a value gives itself counts before all else, and is not asked for one again. */
function judgeForm(value: unknown, toJSON: unknown, key: string | number, depth: number): void {
  if (typeof toJSON !== 'function') {
    judgeWritten(value, depth);
    return;
  }
  const form: unknown = Reflect.apply(toJSON, value, [String(key)]);
  // It writes null, as if there were no date.
  if (form === null && tagOf(value) === 'Date') throw new Unwritable('is an invalid date');
  judgeWritten(form, depth);
}

function judgeWritten(value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new Unwritable(`is ${value}, which JSON does not have`);
      return;
    case 'object':
      if (value !== null) judgeObject(value, depth);
      return;
    case 'undefined':
      throw new Unwritable('is undefined, which JSON does not have');
    default:
      throw new Unwritable(`is a ${typeof value}, which JSON does not have`);
  }
}

function judgeObject(value: object, depth: number): void {
  if (depth > MOST_DEPTH) throw new Unwritable(`nests more than ${MOST_DEPTH} levels, or holds itself`);
  if (Array.isArray(value)) judgeItems(value, depth);
  else if (isPlain(value)) judgePlain(value, depth);
  else judgeInstance(value, depth);
}

function judgeItems(list: readonly unknown[], depth: number): void {
  let index = 0;
  try {
    for (; index < list.length; index += 1) judge(list[index], index, depth + 1);
  } catch (error) {
    throw located(error, index);
  }
}

function judgeMembers(object: object, depth: number): void {
  let at = '';
  try {
    for (at of Object.keys(object)) {
      const member: unknown = Reflect.get(object, at);
      // A member that is undefined is absent, as everywhere in JavaScript.
      if (member !== undefined) judge(member, at, depth + 1);
    }
  } catch (error) {
    throw located(error, at);
  }
}

function judgePlain(object: object, depth: number): void {
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length > 0 && symbols.some((symbol) => isEnumerable(object, symbol))) {
    throw new Unwritable('has a key that is no text');
  }
  judgeMembers(object, depth);
}

/** Of which JSON keeps nothing, or not what they are, whatever properties they have. */
const WITHOUT_FORM = new Set([
  ...['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'RegExp', 'Promise', 'Error', 'Symbol', 'Arguments'],
  ...['ArrayBuffer', 'SharedArrayBuffer', 'Generator', 'AsyncGenerator'],
]);

function judgeInstance(value: object, depth: number): void {
  const tag = tagOf(value);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    judgeWritten(value.valueOf(), depth);
  } else if ('then' in value && typeof value.then === 'function') {
    throw new Unwritable('is a promise that was not awaited');
  } else if (WITHOUT_FORM.has(tag) || ArrayBuffer.isView(value) || Object.keys(value).length === 0) {
    // The last: one that keeps its data out of sight, such as `Headers`, or a class with private fields only.
    throw new Unwritable(`is of the kind ${nameOf(value, tag)}, which has no form in JSON`);
  } else judgeMembers(value, depth);
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
