// The building blocks of request and response schemas. Each says in one place how a kind of value looks on the
// wire and in the API description.
import { z } from 'zod';

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

/** The raw text of a query parameter; commands interpret it. */
export const queryText = (description: string, meta: Record<string, unknown> = {}) =>
  z
    .string()
    .optional()
    .meta({ description, ...meta });

/** Any JSON value, null included. */
export const anyJson = () => z.unknown();
