/** The parts of versions that are no plain text, as texts that can be compared line by line. */
import { parseExactJson } from '@px0/contracts/exact-json';
import { messagesAsText, type ReadonlyMessage } from '@px0/contracts/message-text';

/** A version as it is compared. */
export interface DiffSide {
  readonly number: number;
  readonly template: string;
  /** Null for a text. */
  readonly messages: readonly ReadonlyMessage[] | null;
  /** Compact JSON text; null for none. */
  readonly config: string | null;
  /** What its author wrote, as compact JSON text; null for none. */
  readonly authoredSchema: string | null;
}

/** A part's name, and its text in both versions; null where one has no such part. */
export type PartText = readonly [name: string, from: string | null, to: string | null];

/** What at least one of the two has. */
export function partTexts(from: DiffSide, to: DiffSide): PartText[] {
  const texts: PartText[] = [
    ['messages', messagesText(from), messagesText(to)],
    ['config', jsonText(from.config), jsonText(to.config)],
    ['input_schema', jsonText(from.authoredSchema), jsonText(to.authoredSchema)],
  ];
  return texts.filter(([, a, b]) => a !== null || b !== null);
}

function messagesText({ messages }: DiffSide): string | null {
  return messages === null ? null : messagesAsText(messages);
}

/** With sorted keys, so that only what has changed differs. */
function jsonText(json: string | null): string | null {
  return json === null ? null : JSON.stringify(sorted(parseExactJson(json)), null, 2);
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, field]): [string, unknown] => [key, sorted(field)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
