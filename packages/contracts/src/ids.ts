/**
 * The ids of the domain as distinct types. A plain string (a database column, a literal in a test) may become any
 * id; a UserId never becomes a TeamId. All are canonical UUIDs in lower case.
 */

declare const flavor: unique symbol;
type Flavored<Name extends string> = string & { readonly [flavor]?: Name };

export type UserId = Flavored<'UserId'>;
export type OrganizationId = Flavored<'OrganizationId'>;
export type TeamId = Flavored<'TeamId'>;
export type ApiKeyId = Flavored<'ApiKeyId'>;
export type PromptId = Flavored<'PromptId'>;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The UUID in lower case, or undefined if the text is not one (8-4-4-4-12 hexadecimal digits, any case, any version). */
export function parseUuid(text: string): string | undefined {
  return uuidPattern.test(text) ? text.toLowerCase() : undefined;
}
