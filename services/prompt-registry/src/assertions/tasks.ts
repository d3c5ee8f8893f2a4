/**
 * What the thread for patterns and tokens does. It writes each answer into shared memory as soon as it has it: when it is ended because it takes too
 * long, the answers before are not lost. Loaded by the thread: nothing of the service kit, nor of the database.
 */
import type { Assertion } from '@px0/assertions';
import { countTokens, loadVocabulary, Patterns, reasonAgainst } from '@px0/assertions/costly';
import type { Task } from '@px0/heavy-renders/thread';

/** A question about one of the texts. */
export interface Question {
  /** Its place in `texts`. */
  readonly text: number;
  readonly assertion: Assertion;
}

/** What is asked, about which texts. */
export interface Questions {
  readonly texts: readonly string[];
  readonly questions: readonly Question[];
}

export interface QuestionsOrder extends Questions {
  /** For each question `UNANSWERED`, whether its pattern matches (1 or 0), or how many tokens there are. */
  readonly answers: Int32Array;
  readonly budgetMs: number;
}

export const UNANSWERED = -1;

const answer: Task<QuestionsOrder, undefined> = ({ texts, questions, answers, budgetMs }, { meter }) => {
  const deadline = performance.now() + budgetMs;
  const patterns = new Patterns();
  for (const [index, { text: place, assertion }] of questions.entries()) {
    if (performance.now() >= deadline) return undefined;
    meter.proceed(0);
    const text = texts[place] ?? '';
    const value =
      assertion.type === 'max_tokens'
        ? countTokens(text)
        : Number(patterns.hasMatch(String(assertion.value), text));
    Atomics.store(answers, index, value);
  }
  return undefined;
};

/** For each pattern why it does not compile; null if it does. */
const compile: Task<readonly string[], readonly (string | null)[]> = (patterns, { meter }) =>
  patterns.map((pattern) => {
    meter.proceed(0);
    return reasonAgainst(pattern) ?? null;
  });

/** A task of its own, so that a thread which is slow to start, or to load the vocabulary, is not ended meanwhile. */
const prepare: Task<{ readonly hasTokens: boolean }, undefined> = ({ hasTokens }) => {
  if (hasTokens) loadVocabulary();
  return undefined;
};

export const tasks = { answer, compile, prepare };
