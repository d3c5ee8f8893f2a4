/** Whether an output fulfils assertions, apart from patterns and tokens: those are told apart for a thread that can be ended. */
import { type Assertion, type AssertionResult, numberOf, resultOf, textOf } from './assertion.ts';
import { hasFewTokens, literalOf } from './costly-types.ts';
import { jsonKind } from './json-text.ts';
import { faults } from './messages.ts';
import { countCharacters, firstDifference, includesText } from './text-search.ts';

/** What a payload rendered to. */
export interface Output {
  /** Of a chat its transcript. */
  readonly text: string;
  /** The texts of the messages of a chat; undefined for a text. */
  readonly messages?: readonly string[] | undefined;
  /** The digest of `text`, asked for only when an assertion needs it. */
  readonly sha256: () => string;
}

/** What was accepted as the right output. */
export interface AcceptedOutput {
  readonly version: number;
  readonly sha256: string;
}

/** What remains to be judged of a text, by a pattern or its tokens. */
export interface CostlyQuestion {
  readonly assertion: Assertion;
  readonly text: string;
}

/** Texts longer than this are not matched, since a megabyte takes seconds. In characters. */
export const MAX_MATCHED_CHARACTERS = 262_144;

/** A result, or what has to be found out for it. */
export type Judged = AssertionResult | CostlyQuestion;

export function isCostly(judged: Judged): judged is CostlyQuestion {
  return 'assertion' in judged;
}

/** Judges an assertion about an output; `fails` is about renders that fail, see `judgeFailure`. */
export function judge(assertion: Assertion, output: Output, accepted: AcceptedOutput | undefined): Judged {
  const { message } = assertion;
  const text = message === undefined ? output.text : output.messages?.[message];
  if (text === undefined) return resultOf(assertion, faults.noMessage(message ?? 0));
  const { type } = assertion;
  if (type === 'snapshot') return resultOf(assertion, snapshotFault(output, accepted));
  if (type === 'message_count') return resultOf(assertion, countFault(assertion, output));
  if (type === 'fails') return resultOf(assertion, faults.rendered);
  if (type === 'matches' || type === 'not_matches') return judgePattern(assertion, text);
  if (type === 'max_tokens')
    return hasFewTokens(text, assertion) ? resultOf(assertion, undefined) : { assertion, text };
  return resultOf(assertion, textFaults[type](text, assertion));
}

/**
 * Judges the assertions `fails` of a render that failed with this error. Undefined when there is none: then the failure was not expected.
 */
export function judgeFailure(assertions: readonly Assertion[], error: string): AssertionResult[] | undefined {
  const expected = assertions.filter(({ type }) => type === 'fails');
  if (expected.length === 0) return undefined;
  return expected.map((assertion) => {
    const text = textOf(assertion);
    return resultOf(assertion, includesText(error, text) ? undefined : faults.otherError(text));
  });
}

/** The assertions that a render which succeeds is judged by: only those about failure, if there are any. */
export function judgedOf(assertions: readonly Assertion[]): readonly Assertion[] {
  const expected = assertions.filter(({ type }) => type === 'fails');
  return expected.length > 0 ? expected : assertions;
}

type TextFault = (text: string, assertion: Assertion) => string | undefined;

const textFaults = {
  equals: (text, assertion) => {
    const at = firstDifference(text, textOf(assertion));
    return at === undefined ? undefined : faults.differs(at);
  },
  contains: (text, assertion) => unless(includesText(text, textOf(assertion)), faults.lacks, assertion),
  not_contains: (text, assertion) => unless(!includesText(text, textOf(assertion)), faults.has, assertion),
  starts_with: (text, assertion) =>
    unless(text.startsWith(textOf(assertion)), faults.startsOtherwise, assertion),
  ends_with: (text, assertion) => unless(text.endsWith(textOf(assertion)), faults.endsOtherwise, assertion),
  json_valid: (text, { value }) => {
    const kind = jsonKind(text);
    if (kind === undefined) return faults.notJson;
    return typeof value === 'string' && value !== kind ? faults.otherJson(value) : undefined;
  },
  max_chars: (text, assertion) => {
    const most = numberOf(assertion);
    if (text.length <= most) return undefined;
    const count = countCharacters(text);
    return count > most ? faults.tooManyCharacters(count, most) : undefined;
  },
  min_chars: (text, assertion) => {
    const least = numberOf(assertion);
    const count = countCharacters(text);
    return count < least ? faults.tooFewCharacters(count, least) : undefined;
  },
  no_placeholders: (text) => {
    const found = PLACEHOLDERS.find((placeholder) => text.includes(placeholder));
    return found === undefined ? undefined : faults.has(found);
  },
} as const satisfies { readonly [type: string]: TextFault };

/** What is left of a template that was not filled. */
const PLACEHOLDERS = ['<no value>', '{{', '}}', '{%', '%}'] as const;

function unless(
  isFulfilled: boolean,
  fault: (text: string) => string,
  assertion: Assertion,
): string | undefined {
  return isFulfilled ? undefined : fault(textOf(assertion));
}

function judgePattern(assertion: Assertion, text: string): Judged {
  const isTooLong = text.length > MAX_MATCHED_CHARACTERS && countCharacters(text) > MAX_MATCHED_CHARACTERS;
  if (isTooLong) return resultOf(assertion, faults.tooLongToMatch);
  const literal = literalOf(textOf(assertion));
  if (literal === undefined) return { assertion, text };
  return resultOf(assertion, matchFault(assertion, includesText(text, literal)));
}

/** What is wrong when a pattern has a match, or none. */
export function matchFault(assertion: Assertion, hasMatch: boolean): string | undefined {
  if (assertion.type === 'matches') return hasMatch ? undefined : faults.noMatch(textOf(assertion));
  return hasMatch ? faults.match(textOf(assertion)) : undefined;
}

/** What is wrong with so many tokens. */
export function tokensFault(assertion: Assertion, count: number): string | undefined {
  const most = numberOf(assertion);
  return count > most ? faults.tooManyTokens(count, most) : undefined;
}

function snapshotFault(output: Output, accepted: AcceptedOutput | undefined): string | undefined {
  if (accepted === undefined) return faults.noSnapshot;
  return output.sha256() === accepted.sha256 ? undefined : faults.otherThanSnapshot(accepted.version);
}

function countFault(assertion: Assertion, { messages = [] }: Output): string | undefined {
  const expected = numberOf(assertion);
  return messages.length === expected ? undefined : faults.otherMessages(messages.length, expected);
}
