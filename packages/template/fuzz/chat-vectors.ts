/** The vectors of conversations: their entries and variables are input, programs come from the linker, and all results from Go. */

import type { MissingKey } from '../src/backends/run.ts';
import { linkChat } from '../src/program/link-chat.ts';
import type { ChatEntry, Program } from '../src/program/program.ts';
import type { ChatCase } from './chat-cases.ts';
import type { ChatOutcome, TextOutcome } from './chat-outcomes.ts';
import type { AskChats } from './compare-chats.ts';
import { json } from './go-oracle.ts';

export interface ChatInput {
  readonly id: string;
  readonly entries: readonly ChatEntry[];
  readonly program: Program;
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** `error` unless given. */
  readonly missing_key?: MissingKey;
}

type TextResult = { readonly output: string } | { readonly error: string };

/** A case of `programs.json`: each unit on its own, and the program. */
export interface ProgramVector extends ChatInput {
  readonly units: readonly ({ readonly name: string } & TextResult)[];
  readonly transcript: TextResult;
}

/** A case of `chats.json`. */
export interface ChatVector extends ChatInput {
  readonly messages?: readonly unknown[];
  readonly error?: string;
}

/** The text of `programs.json`, made anew. */
export function remakePrograms(ask: AskChats, vectors: readonly ProgramVector[]): string {
  return remake(ask, vectors, ({ units = [], transcript }) => ({
    units: units.map((unit) => ({ name: unit.name, ...textResult(unit) })),
    transcript: textResult(transcript),
  }));
}

/** The text of `chats.json`, made anew. */
export function remakeChats(ask: AskChats, vectors: readonly ChatVector[]): string {
  return remake(ask, vectors, ({ messages, error }) => (error === undefined ? { messages } : { error }));
}

export function textResult(outcome: TextOutcome | undefined): TextResult {
  return outcome?.error === undefined ? { output: outcome?.output ?? '' } : { error: outcome.error };
}

function remake(
  ask: AskChats,
  vectors: readonly ChatInput[],
  results: (outcome: ChatOutcome) => object,
): string {
  const cases = vectors.map(
    ({ entries, variables, missing_key = 'error' }): ChatCase => ({ entries, variables, missing_key }),
  );
  const outcomes = ask(cases);
  const lines = vectors.map(({ id, entries, variables, missing_key }, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined || outcome.linkError !== undefined)
      throw new Error(`${id} is no conversation: ${outcome?.linkError}`);
    const option = missing_key === undefined ? {} : { missing_key };
    return line({ id, entries, program: linkChat(entries), variables, ...option, ...results(outcome) });
  });
  return `[\n${lines.join(',\n')}\n]\n`;
}

/** JSON in which everything can be seen: control characters, line separators and byte-order marks are escaped. */
function line(value: object): string {
  return json(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
