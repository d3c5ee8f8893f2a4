/** Gives random cases to every engine, and finds those that the engines do not agree about. */
import { Random } from '@px0/testing/random';
import { CaseMaker } from '../../packages/template/fuzz/cases.ts';
import { ChatCaseMaker } from '../../packages/template/fuzz/chat-cases.ts';
import type { Oracle } from '../../packages/template/fuzz/go-oracle.ts';
import type { CaseLimits } from '../../packages/template/fuzz/limit-cases.ts';
import { OddCaseMaker } from '../../packages/template/fuzz/odd-cases.ts';
import { stepsOf } from '../../packages/template/fuzz/steps.ts';
import { closures } from '../../packages/template/src/compile.ts';
import { answerOfGo, conversationCase } from './conversations.ts';
import { type Answer, CLOSURES, type Engine, type EngineCase, GENERATED, ownAnswer } from './engines.ts';

export interface Difference {
  readonly engineCase: EngineCase;
  /** By engine, px0's own first. */
  readonly answers: ReadonlyMap<string, Answer>;
}

export interface Tally {
  readonly cases: number;
  readonly outputs: number;
  readonly parseErrors: number;
  readonly execErrors: number;
  readonly limits: number;
  readonly conversations: number;
  /** Answered by Go's own package too, which knows no limits. */
  readonly byOracle: number;
  /** Cases that Python's stack could not hold. */
  readonly declined: number;
  readonly differences: readonly Difference[];
}

/** Small, so that no case grows out of hand in Go's own package either. */
const WIDE: CaseLimits = { steps: 20_000, output: 200_000, depth: 100 };

/** Makes random cases; about half of them have limits that are near what the case takes. */
export async function randomCases(
  seeds: readonly string[],
  seed: number,
  count: number,
): Promise<EngineCase[]> {
  const random = new Random(seed);
  const maker = new CaseMaker(random, seeds);
  const oddMaker = new OddCaseMaker(random);
  const chatMaker = new ChatCaseMaker(random);
  const cases = Array.from({ length: count }, (): EngineCase => {
    const conversation = random.chance(0.25)
      ? conversationCase(chatMaker.make(), WIDE, random.chance(0.3))
      : undefined;
    return conversation ?? { ...(random.chance(0.5) ? maker : oddMaker).make(), limits: WIDE };
  });
  const answers = await CLOSURES.answer(cases);
  return cases.map((engineCase, index) =>
    random.chance(0.5) ? engineCase : { ...engineCase, limits: tight(random, engineCase, answers[index]) },
  );
}

function tight(random: Random, engineCase: EngineCase, answer: Answer | undefined): CaseLimits {
  if (answer === undefined || answer.parse_error !== undefined) return WIDE;
  const around = (taken: number) =>
    Math.max(0, random.pick(taken - 1, taken, taken - 1, random.below(taken + 1)));
  switch (random.below(5)) {
    case 0:
    case 1:
    case 2:
      return { ...WIDE, steps: around(stepsTaken(engineCase)) };
    case 3:
      return {
        ...WIDE,
        output: around(
          Buffer.byteLength(answer.outputs?.join('') ?? answer.output ?? 'x'.repeat(random.below(300))),
        ),
      };
    default:
      return { ...WIDE, depth: random.below(4) };
  }
}

function stepsTaken(engineCase: EngineCase): number {
  const { template, data, conversation } = engineCase;
  if (conversation !== undefined) return leastSteps(engineCase);
  const limits = { maxSteps: WIDE.steps, maxOutputBytes: WIDE.output, maxDepth: WIDE.depth };
  return stepsOf(closures, template, data, limits, true)?.steps ?? WIDE.steps;
}

/** The least budget under which the limit of steps is not reached. */
function leastSteps(engineCase: EngineCase): number {
  let [low, high] = [-1, WIDE.steps];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    const { limit } = ownAnswer(closures, { ...engineCase, limits: { ...WIDE, steps: middle } });
    if (limit === 'steps') low = middle;
    else high = middle;
  }
  return high;
}

const ORACLE = 'Go text/template';

/** The answers of every engine, and of Go's own package where it can say something. */
export async function askAll(
  engines: readonly Engine[],
  oracle: Oracle | undefined,
  cases: readonly EngineCase[],
): Promise<ReadonlyMap<string, Answer>[]> {
  const all = await Promise.all(
    // The programs first, so that they work while this process does.
    [...engines, GENERATED, CLOSURES].map(
      async (engine) => [engine.name, await engine.answer(cases)] as const,
    ),
  );
  const answers = cases.map((_, index) => {
    const entries = all.flatMap(([name, given]): [string, Answer][] => {
      const answer = given[index];
      return answer === undefined ? [] : [[name, answer]];
    });
    return new Map(entries.reverse());
  });
  if (oracle === undefined) return answers;
  const unlimited = cases.flatMap((engineCase, index) => {
    const own = answers[index];
    return own?.get(CLOSURES.name)?.limit === undefined ? [{ engineCase, own }] : [];
  });
  const conversations = unlimited.flatMap(({ engineCase: { conversation, data, missingKey }, own }) =>
    conversation === undefined
      ? []
      : [{ conversation, own, chatCase: { ...conversation, variables: data, missing_key: missingKey } }],
  );
  oracle.askChats(conversations.map(({ chatCase }) => chatCase)).forEach((outcome, index) => {
    const one = conversations[index];
    one?.own?.set(ORACLE, answerOfGo(one.conversation, outcome));
  });
  const templates = unlimited.filter(({ engineCase }) => engineCase.conversation === undefined);
  oracle.ask(templates.map(({ engineCase }) => engineCase)).forEach((outcome, index) => {
    const { output, parseError, execError } = outcome;
    const bytes = output === undefined ? undefined : Buffer.from(output, 'base64');
    templates[index]?.own?.set(ORACLE, {
      ...(bytes && { output: bytes.toString() }),
      ...(bytes && !bytes.equals(Buffer.from(bytes.toString())) && { output_b64: output }),
      ...(parseError !== undefined && { parse_error: parseError }),
      ...(execError !== undefined && { exec_error: execError }),
    });
  });
  return answers;
}

/** Whether the engines disagree. */
export function isDifferent(answers: ReadonlyMap<string, Answer>): boolean {
  const texts = [...answers.values()].filter(({ declined }) => !declined).map(canonical);
  return new Set(texts).size > 1;
}

function canonical({ output, output_b64, outputs, parse_error, exec_error, limit, crash }: Answer): string {
  // Go writes U+FFFD once for each stray byte, and so do the engines; what the bytes are is in the second field.
  return JSON.stringify([output_b64 ?? output, outputs, parse_error, exec_error, limit, crash]);
}

export async function compareEngines(
  engines: readonly Engine[],
  oracle: Oracle | undefined,
  cases: readonly EngineCase[],
): Promise<Tally> {
  const all = await askAll(engines, oracle, cases);
  const own = all.map((answers) => answers.get(CLOSURES.name));
  const count = (holds: (answer: Answer | undefined) => boolean) => own.filter(holds).length;
  return {
    cases: cases.length,
    outputs: count((answer) => answer?.output !== undefined || answer?.outputs !== undefined),
    parseErrors: count((answer) => answer?.parse_error !== undefined),
    execErrors: count((answer) => answer?.exec_error !== undefined && answer.limit === undefined),
    limits: count((answer) => answer?.limit !== undefined),
    conversations: cases.filter(({ conversation }) => conversation !== undefined).length,
    byOracle: all.filter((answers) => answers.has(ORACLE)).length,
    declined: all.filter((answers) => [...answers.values()].some(({ declined }) => declined)).length,
    differences: cases.flatMap((engineCase, index) => {
      const answers = all[index];
      return answers !== undefined && isDifferent(answers) ? [{ engineCase, answers }] : [];
    }),
  };
}
