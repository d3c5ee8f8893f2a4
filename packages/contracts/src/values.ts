/**
 * The building blocks of request and response schemas. Each defines in one place how a kind of value looks on the
 * wire and in the API description.
 * See docs/decisions/148-ambiguous-tags.md.
 */
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/** A UUID field: anything else, the empty string included, is an invalid request body. */
export const uuid = () => z.guid();

/** RFC 3339 in UTC, for example `2026-01-02T03:04:05.12Z`. */
export const timestamp = () =>
  z.string().meta({ format: 'date-time', examples: ['2026-01-02T03:04:05.12Z'] });

/**
 * A string whose legal values are documented but judged by the command, which has an error of its own for the
 * others. (A `z.enum` in a body is judged by `parseBody` and makes the body invalid.)
 */
export const judgedString = (meta: { enum?: readonly string[]; pattern?: string; format?: string } = {}) =>
  z.string().meta({ ...meta });

/**
 * A text that may hold NUL, which is an invalid request body elsewhere: for what nobody typed, such as the names of an application's variables. Whoever
 * keeps it has to take the NUL out, which Postgres does not hold.
 */
export const anyText = () => z.string().meta({ allowsNul: true });

/** A number that should be whole, which the command judges: it drops what holds another, and takes the rest of the body. */
export const judgedInteger = () => z.number().meta({ type: 'integer' });

/**
 * A tag that may be set: 1 to 50 characters of a small set, but neither `.` nor `..`. Written without look-ahead, which the regular
 * expressions of some clients' languages lack.
 */
export const settableTag =
  '^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,49}|\\.[A-Za-z0-9_-][A-Za-z0-9._-]{0,48}|\\.\\.[A-Za-z0-9._-]{1,48})$';

/** The raw text of a query parameter; commands interpret it. */
export const queryText = (description: string, meta: Record<string, unknown> = {}) =>
  z
    .string()
    .optional()
    .meta({ description, ...meta });

/** A query parameter whose words are documented but judged by the command, which first judges whether the caller may know of the object. */
export const judgedQueryText = (words: readonly string[], description: string) =>
  queryText(description, { enum: words });

/** What a declared query parameter adds to its schema: how `readQuery` judges it. */
export interface QueryRule {
  /** What a value that is not understood is answered with. */
  readonly refusal: ErrorCode;
  /** `absent`: the empty text counts as no value. `refused`: it is not understood. */
  readonly empty: 'absent' | 'refused';
  /** The parameter makes an operation safer, so a misspelling of its name is refused, too. */
  readonly safety: boolean;
}

/** The rules of query parameters with a fixed set of values, by their schema. */
export const queryRules = z.registry<QueryRule>();

/** A switch of a query: `1 t T TRUE true True` or `0 f F FALSE false False`. Any other value is answered with `refusal`. */
export const queryFlag = (description: string, rule: Omit<QueryRule, 'empty'>) =>
  z
    .boolean()
    .optional()
    .meta({ description })
    .register(queryRules, { ...rule, empty: 'refused' });

/** A query parameter with a fixed set of words. Any other value is answered with the rule's `refusal`. */
export const queryChoice = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
  rule: QueryRule,
) => z.enum(words).optional().meta({ description }).register(queryRules, rule);

const additions = new WeakSet<z.ZodType>();

/**
 * Marks a field of a response or a query, or a whole request body, that version 1 of the API did not have. In generated clients a
 * parameter that was added comes after the others, and a field may be absent, so that programs written for the clients before still compile, and a client reads what
 * servers of the release before answer.
 */
export function added<Schema extends z.ZodType>(schema: Schema): Schema {
  additions.add(schema);
  return schema;
}

/** Whether `added` has marked the schema. */
export function isAdded(schema: unknown): boolean {
  return schema instanceof z.ZodType && additions.has(schema);
}

const closedObjects = new WeakSet<z.ZodType>();

/** Marks an object of a request whose unknown fields are refused instead of ignored: where leaving one out would allow more than the caller meant. */
export function closed<Schema extends z.ZodObject>(schema: Schema): Schema {
  closedObjects.add(schema);
  return schema;
}

/** Whether `closed` has marked the schema. */
export function isClosed(schema: z.ZodType): boolean {
  return closedObjects.has(schema);
}

/** Any JSON value, null included. */
export const anyJson = () => z.unknown();

/** Values by names that people choose. Unlike `z.record`, it keeps a value named `__proto__`. */
export const namedValues = <Value extends z.ZodType>(value: Value) =>
  z
    .custom<Readonly<Record<string, unknown>>>(
      (raw) => typeof raw === 'object' && raw !== null && !Array.isArray(raw),
      'Invalid input: expected an object',
    )
    .transform((raw, context): Readonly<Record<string, z.output<Value>>> => {
      const entries: [string, z.output<Value>][] = [];
      for (const [name, input] of Object.entries(raw)) {
        const parsed = value.safeParse(input);
        if (parsed.success) entries.push([name, parsed.data]);
        else {
          for (const { message, path } of parsed.error.issues)
            context.addIssue({ code: 'custom', message, path: [name, ...path], input });
        }
      }
      return Object.fromEntries(entries);
    });
