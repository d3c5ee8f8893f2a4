/** What a schema says of a variable, in words. */
import type { Tightening } from '@px0/input-contract';
import { isList, type JsonValue } from '../json/mod.ts';
import type { SchemaRow } from './schema-rows.ts';

const bounds: readonly (readonly [keyword: string, words: (bound: string) => string])[] = [
  ['minLength', (bound) => `At least ${bound} characters`],
  ['maxLength', (bound) => `At most ${bound} characters`],
  ['minimum', (bound) => `At least ${bound}`],
  ['exclusiveMinimum', (bound) => `More than ${bound}`],
  ['maximum', (bound) => `At most ${bound}`],
  ['exclusiveMaximum', (bound) => `Less than ${bound}`],
  ['minItems', (bound) => `At least ${bound} items`],
  ['maxItems', (bound) => `At most ${bound} items`],
];

/** Whether the author demands more of a variable itself than the template does. */
export function isTightened({ authored = {}, isRequired, isRequiredByTemplate }: SchemaRow): boolean {
  const judged = ['type', 'enum', 'const', ...bounds.map(([keyword]) => keyword)];
  return (
    isRequired !== isRequiredByTemplate ||
    authored['additionalProperties'] === false ||
    judged.some((keyword) => Object.hasOwn(authored, keyword))
  );
}

/** Its values, its bounds and its default. */
export function wordsOf({ needed, authored = {} }: SchemaRow): readonly string[] {
  const words: string[] = [];
  const { enum: values } = authored;
  if (isList(values)) words.push(`One of ${listed(values)}`);
  if (Object.hasOwn(authored, 'const')) words.push(`Always ${JSON.stringify(authored['const'])}`);
  for (const [keyword, say] of bounds) {
    const bound = authored[keyword];
    if (bound !== undefined) words.push(say(JSON.stringify(bound)));
  }
  if (authored['additionalProperties'] === false) words.push('No other keys');
  const preset = authored['default'] ?? needed?.['default'];
  if (preset !== undefined) words.push(`Default: ${JSON.stringify(preset)}`);
  return words;
}

const MOST_LISTED = 10;

function listed(values: readonly JsonValue[]): string {
  const shown = values.slice(0, MOST_LISTED).map((value) => JSON.stringify(value));
  return values.length > MOST_LISTED ? `${shown.join(', ')}, …` : shown.join(', ');
}

/** `must be of type string or null`: what a variable must be from then on. */
export function wordsOfTightening(tightening: Tightening): string {
  switch (tightening.keyword) {
    case 'required':
      return 'is required';
    case 'enum':
      return `must be one of ${listed(tightening.values)}`;
    case 'type':
      return `must be of type ${tightening.types.join(' or ')}`;
  }
}
