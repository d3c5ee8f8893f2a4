/** Which assertions are valid. Patterns are compiled elsewhere, since that may take long: see `./costly`. */
import { assertionTypes, severities } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import type { Assertion, AssertionType } from './assertion.ts';
import { mayBeCostly } from './costly-types.ts';

/** As a body or a document gives it. */
export interface GivenAssertion {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly encoding?: unknown;
  readonly severity?: unknown;
  readonly note?: unknown;
  readonly message?: unknown;
}

const MAX_ASSERTIONS = 50;
const MAX_TEXT_CHARACTERS = 65_536;
const MAX_PATTERN_CHARACTERS = 1_000;
const MAX_NOTE_CHARACTERS = 255;
const MAX_OUTPUT_CHARACTERS = 8_388_608;
const MAX_TOKENS = 1_000_000;
/** More than any render makes. */
const MAX_MESSAGES = 1_000_000;

/** What is wrong, as `assertions.0.type: is not known`. */
export class AssertionsFault extends Error {
  override readonly name = 'AssertionsFault';
  /** As `assertions.0.type`. */
  readonly place: string;
  readonly reason: string;

  constructor(place: string, reason: string) {
    super(`${place}: ${reason}`);
    this.place = place;
    this.reason = reason;
  }
}

const UNKNOWN = 'is not known';

type ValueRule = (value: unknown) => string | undefined;

const anyText = textOfAtMost(MAX_TEXT_CHARACTERS);
const pattern = textOfAtMost(MAX_PATTERN_CHARACTERS);
const outputLength = numberFrom(0, MAX_OUTPUT_CHARACTERS);
const nothing: ValueRule = (value) => (value === undefined ? undefined : UNKNOWN);

const valueRules: { readonly [Type in AssertionType]: ValueRule } = {
  equals: anyText,
  contains: anyText,
  not_contains: anyText,
  starts_with: anyText,
  ends_with: anyText,
  matches: pattern,
  not_matches: pattern,
  json_valid: optional((value) => (value === 'object' || value === 'array' ? undefined : kindFault(value))),
  max_chars: outputLength,
  min_chars: outputLength,
  max_tokens: numberFrom(1, MAX_TOKENS),
  no_placeholders: nothing,
  message_count: numberFrom(0, MAX_MESSAGES),
  snapshot: nothing,
  fails: optional(anyText),
};

/** What is about the whole output, or about no output. */
const withoutMessage: ReadonlySet<AssertionType> = new Set(['message_count', 'snapshot', 'fails']);

/**
 * The assertions of a payload; a null counts as absent.
 *
 * @throws AssertionsFault
 */
export function readAssertions(given: readonly GivenAssertion[]): Assertion[] {
  if (given.length > MAX_ASSERTIONS) throw fault('', `must have at most ${MAX_ASSERTIONS} entries`);
  const assertions = given.map(readAssertion);
  const isWhole = ({ message }: Assertion) => message === undefined;
  const types = new Set(assertions.filter(isWhole).map(({ type }) => type));
  if (types.has('equals') && types.has('snapshot')) throw fault('', 'only one of equals and snapshot');
  return assertions;
}

function readAssertion(given: GivenAssertion, index: number): Assertion {
  const refuse = (key: string, reason: string | undefined) => {
    if (reason !== undefined) throw fault(`.${index}.${key}`, reason);
  };
  const type = assertionTypes.find((known) => known === given.type);
  if (type === undefined) throw fault(`.${index}.type`, UNKNOWN);
  const value = given.value ?? undefined;
  refuse('value', valueRules[type](value));
  const encoding = given.encoding ?? undefined;
  if (encoding !== undefined && (type !== 'max_tokens' || encoding !== 'o200k_base'))
    throw fault(`.${index}.encoding`, UNKNOWN);
  const severity = severities.find((known) => known === given.severity);
  if (severity === undefined && (given.severity ?? undefined) !== undefined) refuse('severity', UNKNOWN);
  const note = given.note ?? undefined;
  if (note !== undefined) refuse('note', textOfAtMost(MAX_NOTE_CHARACTERS)(note));
  const message = given.message ?? undefined;
  if (message !== undefined)
    refuse('message', withoutMessage.has(type) ? UNKNOWN : numberFrom(0, MAX_MESSAGES)(message));
  return {
    type,
    ...(typeof value === 'string' || typeof value === 'number' ? { value } : {}),
    ...(encoding !== undefined && { encoding }),
    ...(severity !== undefined && { severity }),
    ...(typeof note === 'string' && { note }),
    ...(typeof message === 'number' && { message }),
  };
}

/** A pattern that is to be compiled before it is saved. */
export interface PlacedPattern {
  /** As `assertions.0.value`. */
  readonly place: string;
  readonly pattern: string;
}

/** The patterns of assertions that compile only if RE2 says so. */
export function patternsIn(assertions: readonly Assertion[]): PlacedPattern[] {
  return assertions.flatMap((assertion, index) =>
    mayBeCostly(assertion) && typeof assertion.value === 'string'
      ? [{ place: `assertions.${index}.value`, pattern: assertion.value }]
      : [],
  );
}

/** What is said of a pattern that does not compile. */
export function patternFault({ place }: PlacedPattern, reason: string): string {
  return `${place}: is no RE2 pattern: ${reason}`;
}

function fault(place: string, reason: string): AssertionsFault {
  return new AssertionsFault(`assertions${place}`, reason);
}

function textOfAtMost(most: number): ValueRule {
  return (value) => {
    if (typeof value !== 'string') return 'must be a text';
    return characters(value) > most ? `must have at most ${most} characters` : undefined;
  };
}

function numberFrom(least: number, most: number): ValueRule {
  return (value) => {
    if (typeof value !== 'number') return 'must be a number';
    const isWithin = Number.isInteger(value) && value >= least && value <= most;
    return isWithin ? undefined : `must be a whole number from ${least} to ${most}`;
  };
}

function optional(rule: ValueRule): ValueRule {
  return (value) => (value === undefined ? undefined : rule(value));
}

function kindFault(value: unknown): string {
  return typeof value === 'string' ? 'must be object or array' : 'must be a text';
}
