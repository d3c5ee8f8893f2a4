/** Reading JSON of others: nothing is taken for what it should be before it was looked at. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text that is an object; undefined for every other text. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is the number of a version: whole, from 1 on, and exact in every language. */
export function isVersionNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
