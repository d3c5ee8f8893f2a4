/** Values of a schema as lines of a text field: a text as it is, and JSON where a text would be taken for something else. */
import { type JsonValue, parseJson } from '../json/mod.ts';

/** `texts`: every line is a text, unless it is one in JSON's quotes. */
export type Reading = 'texts' | 'values';

export function linesOf(values: readonly JsonValue[], reading: Reading): string {
  return values.map((value) => lineOf(value, reading)).join('\n');
}

/** Empty lines are no values. */
export function valuesIn(text: string, reading: Reading): readonly JsonValue[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [valueIn(line, reading)]));
}

function lineOf(value: JsonValue, reading: Reading): string {
  const isPlain = typeof value === 'string' && value.trim() !== '' && !/[\n\r]/.test(value);
  return isPlain && valueIn(value, reading) === value ? value : JSON.stringify(value);
}

function valueIn(line: string, reading: Reading): JsonValue {
  const parsed = parseJson(line);
  if (!parsed.ok) return line;
  return reading === 'values' || typeof parsed.value === 'string' ? parsed.value : line;
}
