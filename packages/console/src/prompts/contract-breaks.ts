/** The entries of a contract break, as the API words them, with what each means for applications. */
export interface BreakEntry {
  /** As the API says it: `added required mood`. */
  readonly text: string;
  /** The variable, or `variables` for all of them. Undefined if the entry is about none. */
  readonly path: string | undefined;
  /** The text before the path. */
  readonly what: string;
  /** The text after the path. */
  readonly rest: string;
  /** Undefined for an entry of a later release. */
  readonly meaning: string | undefined;
}

const meanings: readonly (readonly [RegExp, string])[] = [
  [/^(added required )(.+)$/s, 'Applications that do not send it break the contract.'],
  [/^(narrowed )(.+)( from .+ to .+)$/s, 'Values of other types, accepted so far, break the contract.'],
  [/^(restricted )(.+)$/s, 'Some values that were accepted so far break the contract.'],
  [/^(removed )(.+)$/s, 'Applications that still send it break the contract.'],
  [/^(refuses unknown variables in )(.+)$/s, 'Names that the schema does not list break the contract.'],
  [/^(became chat)$/, 'Renders return messages instead of one text.'],
  [/^(became text)$/, 'Renders return one text instead of messages.'],
  [/^(unused )(.+)$/s, 'No longer read. Sending it is no mistake.'],
  [/^(widened )(.+)$/s, 'Accepts more than before.'],
];

export function breakEntry(text: string): BreakEntry {
  for (const [pattern, meaning] of meanings) {
    const match = pattern.exec(text);
    if (match !== null)
      return { text, what: match[1] ?? text, path: match[2], rest: match[3] ?? '', meaning };
  }
  return { text, what: text, path: undefined, rest: '', meaning: undefined };
}

/** As many as a refusal lists at most. */
const MOST_REFUSED = 20;

/** Whether a refusal says what the user has seen and confirmed. */
export function isConfirmed(refused: readonly string[], confirmed: readonly string[]): boolean {
  return refused.join('\n') === confirmed.slice(0, MOST_REFUSED).join('\n');
}
