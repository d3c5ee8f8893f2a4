/** Gives random conversations to both backends and to Go, and tells where they differ. */
import { isDeepStrictEqual } from 'node:util';
import { Random } from '@px0/testing/random';
import { type Backend, closures, generated } from '../src/compile.ts';
import { type ChatCase, ChatCaseMaker } from './chat-cases.ts';
import { type ChatOutcome, chatOutcome } from './chat-outcomes.ts';

export interface ChatDifference {
  readonly chatCase: ChatCase;
  readonly backend: string;
  readonly expected: ChatOutcome;
  readonly actual: ChatOutcome;
}

export interface ChatTally {
  readonly differences: readonly ChatDifference[];
  readonly compared: number;
  readonly linked: number;
  readonly units: number;
  readonly unitErrors: number;
  readonly conversations: number;
  /** Not compared: a limit of ours was reached. */
  readonly skipped: number;
}

const BACKENDS: readonly (readonly [string, Backend])[] = [
  ['closures', closures],
  ['generated', generated],
];

export type AskChats = (cases: readonly ChatCase[]) => ChatOutcome[];

export function compareChatsWithGo(ask: AskChats, seed: number, count: number): ChatTally {
  const maker = new ChatCaseMaker(new Random(seed));
  const asked: { chatCase: ChatCase; actuals: readonly ChatOutcome[] }[] = [];
  let skipped = 0;
  for (let made = 0; made < count; made++) {
    const chatCase = maker.make();
    const outcomes = BACKENDS.map(([, backend]) => chatOutcome(backend, chatCase));
    const actuals = outcomes.filter((outcome) => outcome !== 'limit');
    if (actuals.length < outcomes.length) skipped += 1;
    else asked.push({ chatCase, actuals });
  }
  const tally = { linked: 0, units: 0, unitErrors: 0, conversations: 0 };
  const differences: ChatDifference[] = [];
  ask(asked.map(({ chatCase }) => chatCase)).forEach((expected, index) => {
    const one = asked[index];
    if (one === undefined) return;
    if (expected.linkError === undefined) tally.linked += 1;
    if (expected.messages !== undefined) tally.conversations += 1;
    tally.units += expected.units?.length ?? 0;
    tally.unitErrors += expected.units?.filter(({ error }) => error !== undefined).length ?? 0;
    one.actuals.forEach((actual, number) => {
      if (isAlike(expected, actual)) return;
      differences.push({ chatCase: one.chatCase, backend: BACKENDS[number]?.[0] ?? '', expected, actual });
    });
  });
  return { ...tally, differences, compared: asked.length, skipped };
}

const NAMES_RULE =
  /^template: [^:]+(?::\d+)?: (?:the name .* is reserved|template: multiple definition of .*)$/s;

/** px0 notices what is wrong with a name when it reads it, Go's program when it has parsed a whole text. */
export function isAlike(expected: ChatOutcome, actual: ChatOutcome): boolean {
  const [theirs, ours] = [expected.linkError, actual.linkError];
  if (theirs === undefined || ours === undefined) return isDeepStrictEqual(plain(expected), plain(actual));
  return theirs === ours || NAMES_RULE.test(ours);
}

/** As JSON has it, so that no prototype and no -0 counts. */
function plain(outcome: ChatOutcome): unknown {
  return JSON.parse(JSON.stringify(outcome));
}
