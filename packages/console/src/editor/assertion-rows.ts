/** The assertions of a payload as rows of a form: every value is a text while somebody types it. */
import type { Wire } from '@px0/contracts';

export type Assertion = Wire<'PromptPayload'>['assertions'][number];

/** What the value of an assertion is. */
type ValueKind = 'text' | 'pattern' | 'number' | 'json' | 'none' | 'optional text';

interface Known {
  readonly label: string;
  readonly value: ValueKind;
}

/** Every type, in the order of the choice. */
export const assertionTypes = {
  contains: { label: 'Contains', value: 'text' },
  not_contains: { label: 'Does not contain', value: 'text' },
  equals: { label: 'Equals', value: 'text' },
  starts_with: { label: 'Starts with', value: 'text' },
  ends_with: { label: 'Ends with', value: 'text' },
  matches: { label: 'Matches', value: 'pattern' },
  not_matches: { label: 'Does not match', value: 'pattern' },
  json_valid: { label: 'Is valid JSON', value: 'json' },
  max_chars: { label: 'Has at most … characters', value: 'number' },
  min_chars: { label: 'Has at least … characters', value: 'number' },
  max_tokens: { label: 'Has at most … tokens', value: 'number' },
  message_count: { label: 'Has … messages', value: 'number' },
  no_placeholders: { label: 'Has no placeholders', value: 'none' },
  snapshot: { label: 'Equals the snapshot', value: 'none' },
  fails: { label: 'Fails to render', value: 'optional text' },
} as const satisfies { readonly [type: string]: Known };

export type AssertionType = keyof typeof assertionTypes;

function isKnownType(type: string): type is AssertionType {
  return Object.hasOwn(assertionTypes, type);
}

/** An assertion that the form can show. */
export interface AssertionRow {
  /** Tells rows apart while they are edited. */
  readonly key: string;
  readonly type: AssertionType;
  readonly value: string;
  readonly severity: 'error' | 'warning';
  readonly note: string;
  /** The message of a conversation that it is about; empty for all of them. */
  readonly message: string;
}

let keys = 0;

export function newRow(): AssertionRow {
  return { key: `new-${keys++}`, type: 'contains', value: '', severity: 'error', note: '', message: '' };
}

/** An assertion of a newer px0, which the page keeps as it is. */
export interface ForeignRow {
  readonly key: string;
  readonly foreign: Assertion;
}

export function rowsOf(assertions: readonly Assertion[]): readonly (AssertionRow | ForeignRow)[] {
  return assertions.map((assertion) => {
    const { type, value, severity, note, message } = assertion;
    const key = `kept-${keys++}`;
    if (!isKnownType(type)) return { key, foreign: assertion };
    return {
      key,
      type,
      value: value === undefined || value === null ? '' : String(value),
      severity: severity === 'warning' ? 'warning' : 'error',
      note: note ?? '',
      message: message === undefined ? '' : String(message),
    };
  });
}

/** Why px0 would not take the row; undefined if it would, as far as the page can tell. */
export function rowFault(row: AssertionRow | ForeignRow): string | undefined {
  if ('foreign' in row) return undefined;
  const { type, value, message } = row;
  const kind: ValueKind = assertionTypes[type].value;
  if (kind === 'number' && !isWhole(value)) return 'enter a whole number';
  if ((kind === 'text' || kind === 'pattern') && value === '') return 'enter a value';
  return message === '' || isWhole(message) ? undefined : 'enter the number of a message';
}

function isWhole(text: string): boolean {
  return /^\d{1,9}$/.test(text.trim());
}

/** The assertions that the rows stand for. Call it once no row has a fault. */
export function assertionsOf(rows: readonly (AssertionRow | ForeignRow)[]): Assertion[] {
  return rows.map((row) => {
    if ('foreign' in row) return row.foreign;
    const { type, value, severity, note, message } = row;
    const kind: ValueKind = assertionTypes[type].value;
    return {
      type,
      ...(kind !== 'none' && value !== '' && { value: kind === 'number' ? Number(value.trim()) : value }),
      ...(severity === 'warning' && { severity }),
      ...(note.trim() !== '' && { note: note.trim() }),
      ...(message.trim() !== '' && { message: Number(message.trim()) }),
    };
  });
}
