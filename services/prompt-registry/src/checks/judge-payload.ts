/** What the assertions of a payload say of a render, apart from patterns and tokens: those are collected for their thread. */
import {
  type Assertion,
  type AssertionResult,
  isCostly,
  judge,
  judgedOf,
  judgeFailure,
  matchFault,
  type Output,
  resultOf,
  tokensFault,
} from '@px0/assertions';
import type { ChatMessage } from '@px0/template';
import type { Questions } from '../assertions/thread.ts';
import { outputDigest } from '../payloads/thread.ts';
import { type CheckBudget, labelOf, type Rendition, type Sample } from './trial.ts';

/** A result, or the number of the question that it waits for. */
export type PendingResult = AssertionResult | number;

export interface PayloadVerdict {
  /** Its name, or its id. */
  readonly label: string;
  /** It did not render, and was expected to. */
  readonly isBroken: boolean;
  readonly results: readonly PendingResult[];
}

/** Gathers what has to be asked. */
export class QuestionList implements Questions {
  readonly texts: string[] = [];
  readonly questions: { text: number; assertion: Assertion }[] = [];

  /** Returns the number of the question. */
  add(assertion: Assertion, text: string): number {
    // The assertions of a payload come one after the other.
    if (this.texts.at(-1) !== text) this.texts.push(text);
    this.questions.push({ text: this.texts.length - 1, assertion });
    return this.questions.length - 1;
  }
}

/** Roughly what an assertion takes for each character of an output. */
const NANOSECONDS_PER_CHARACTER = 2;

/** What judging will take, for a meter that has to be asked before. */
export function judgingNanoseconds({ assertions = [] }: Sample, rendition: Rendition): number {
  if (rendition.outcome === 'failed') return 0;
  return assertions.length * rendition.rendered.length * NANOSECONDS_PER_CHARACTER;
}

export function judgePayload(
  sample: Sample,
  rendition: Rendition,
  budget: CheckBudget,
  questions: QuestionList,
): PayloadVerdict {
  const label = labelOf(sample);
  const { assertions = [] } = sample;
  if (rendition.outcome === 'failed') {
    const expected = rendition.isGivenUp ? undefined : judgeFailure(assertions, rendition.error);
    return { label, isBroken: expected === undefined, results: expected ?? [] };
  }
  const output = outputOf(rendition);
  const results = judgedOf(assertions).map((assertion): PendingResult => {
    const { overdue } = budget;
    if (overdue !== undefined) return resultOf(assertion, overdue);
    const judged = judge(assertion, output, sample.accepted ?? undefined);
    return isCostly(judged) ? questions.add(assertion, judged.text) : judged;
  });
  return { label, isBroken: false, results };
}

/** The result of an assertion that had to be asked about; `overdue` is said when there was no time for an answer. */
export function answeredResult(
  assertion: Assertion,
  answer: number | undefined,
  overdue: string,
): AssertionResult {
  if (answer === undefined) return resultOf(assertion, overdue);
  const fault =
    assertion.type === 'max_tokens' ? tokensFault(assertion, answer) : matchFault(assertion, answer === 1);
  return resultOf(assertion, fault);
}

function outputOf({ rendered, messages }: Extract<Rendition, { outcome: 'rendered' }>): Output {
  let digest: string | undefined;
  return {
    text: rendered,
    messages: messages?.map(textOfMessage),
    sha256: () => {
      digest ??= outputDigest(rendered);
      return digest;
    },
  };
}

/** The texts of a message, one after the other; a medium has none. */
function textOfMessage(message: ChatMessage): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(textOfPart).join('');
}

function textOfPart(part: unknown): string {
  if (typeof part !== 'object' || part === null || !('text' in part)) return '';
  return typeof part.text === 'string' ? part.text : '';
}
