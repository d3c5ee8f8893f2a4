/**
 * Reads the query of a request by its route's declaration, the one place that judges parameters with a fixed set of values. A value that
 * is not understood is refused, never taken for "not given": `dry_run=yes` must not import for real.
 * See docs/decisions/030-reading-requests.md.
 */
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { QueryOf, RouteDefinition } from './route.ts';
import { type QueryRule, queryRules } from './values.ts';

/** What a declared parameter may hold: any text, a boolean, or one of some words. */
export type QueryValues =
  | { readonly kind: 'text' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'choice'; readonly words: readonly string[] };

/** The parameters, or the error that the request is answered with. */
export type QueryReading<Q> =
  | { readonly query: Q; readonly refusal?: undefined }
  | { readonly refusal: ErrorCode };

const TRUE_WORDS: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

interface Judged {
  readonly name: string;
  readonly values: QueryValues;
  readonly rule: QueryRule;
}

type QuerySchema = z.ZodObject;
const judgedOf = new WeakMap<QuerySchema, readonly Judged[]>();

/**
 * `pairs` are the decoded names and values in their order. Parameters that the route does not declare are kept as texts; of a text that
 * is repeated, the first counts. A judged parameter may stand once only.
 */
export function readQuery<R extends Pick<RouteDefinition, 'query'>>(
  route: R,
  pairs: readonly (readonly [name: string, value: string])[],
): QueryReading<QueryOf<R>> {
  const read = new Map<string, unknown>();
  for (const [name, value] of pairs) if (!read.has(name)) read.set(name, value);
  for (const judged of judgedParameters(route.query)) {
    const { name, rule, values } = judged;
    const given = pairs.filter(([other]) => other === name);
    const [first] = given;
    if (given.length > 1 || (rule.safety && pairs.some(([other]) => isMisspelling(other, name)))) {
      return { refusal: rule.refusal };
    }
    if (first === undefined) continue;
    const value = judgedValue(values, first[1]);
    const isAbsent = first[1] === '' && rule.empty === 'absent';
    if (value === undefined && !isAbsent) return { refusal: rule.refusal };
    if (isAbsent) read.delete(name);
    else read.set(name, value);
  }
  // Every judged parameter has just got the type of its schema; all others are texts.
  return { query: Object.fromEntries(read) as QueryOf<R> };
}

/** What a query parameter's schema allows. @throws TypeError for a schema that no query parameter may have */
export function valuesOf(field: z.core.$ZodType): QueryValues {
  const inside = field instanceof z.ZodOptional ? field.unwrap() : field;
  if (inside instanceof z.ZodBoolean) return { kind: 'flag' };
  if (inside instanceof z.ZodEnum) return { kind: 'choice', words: inside.options.map(String) };
  if (inside instanceof z.ZodString) return { kind: 'text' };
  throw new TypeError('a query parameter is a text, a boolean or one of some words');
}

function judgedValue(values: QueryValues, text: string): boolean | string | undefined {
  return values.kind === 'choice' ? values.words.find((word) => word === text) : parseBoolean(text);
}

/** A boolean as Go's `strconv.ParseBool` spells it; undefined for every other text. */
export function parseBoolean(text: string): boolean | undefined {
  if (TRUE_WORDS.has(text)) return true;
  return FALSE_WORDS.has(text) ? false : undefined;
}

function judgedParameters(schema: QuerySchema): readonly Judged[] {
  const known = judgedOf.get(schema);
  if (known !== undefined) return known;
  const judged = Object.entries(schema.shape).flatMap(([name, field]): Judged[] => {
    const rule = field instanceof z.ZodType ? queryRules.get(field) : undefined;
    return rule === undefined ? [] : [{ name, values: valuesOf(field), rule }];
  });
  judgedOf.set(schema, judged);
  return judged;
}

/** Shorter beginnings of a name are no attempt at it. */
const SHORTEST_BEGINNING = 3;

/**
 * Whether somebody who wrote `given` may have meant `name`: the same letters in another spelling (`dryRun`, `Dry-Run`, `dry_run[]`), or
 * one of the two goes on where the other ends (`dry`, `requires`).
 */
function isMisspelling(given: string, name: string): boolean {
  if (given === name) return false;
  const letters = lettersOf(given);
  const wanted = lettersOf(name);
  return letters.length >= SHORTEST_BEGINNING && (letters.startsWith(wanted) || wanted.startsWith(letters));
}

function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
