/** Asks Go which data renders, and tells where an inferred schema refuses data that does. */
import { Random } from '@px0/testing/random';
import { closures, compileWith } from '../src/compile.ts';
import { TemplateSyntaxError } from '../src/errors.ts';
import type { InferredSchema } from '../src/inference/inferred-schema.ts';
import { compileProgramWith } from '../src/program/compile-program.ts';
import { linkChat } from '../src/program/link-chat.ts';
import { CaseMaker, type FuzzCase } from './cases.ts';
import { type ChatCase, ChatCaseMaker } from './chat-cases.ts';
import type { Oracle } from './go-oracle.ts';
import { SchemaCaseMaker } from './schema-cases.ts';
import { satisfies } from './schema-judge.ts';

/** Data that Go renders and the schema refuses. */
export interface Refusal {
  readonly schemaCase: FuzzCase | ChatCase;
  readonly schema: InferredSchema;
}

export interface SchemaTally {
  readonly refusals: readonly Refusal[];
  rendered: number;
  failed: number;
  /** Of those that failed. */
  refused: number;
}

/** Data for each template of the maker that follows data. */
const DATA_PER_TEMPLATE = 8;

export function checkSchemasWithGo(
  { ask, askChats }: Pick<Oracle, 'ask' | 'askChats'>,
  seeds: readonly string[],
  seed: number,
  count: number,
): SchemaTally {
  const random = new Random(seed);
  const tally = { refusals: [], rendered: 0, failed: 0, refused: 0 };
  const texts = textCases(random, seeds, count);
  ask(texts.map(({ schemaCase }) => schemaCase)).forEach(({ output }, index) => {
    add(tally, texts[index], texts[index]?.schemaCase.data ?? {}, output !== undefined);
  });
  const chats = chatCases(random, Math.ceil(count / 4));
  askChats(chats.map(({ schemaCase }) => schemaCase)).forEach(({ messages }, index) => {
    add(tally, chats[index], chats[index]?.schemaCase.variables ?? {}, messages !== undefined);
  });
  return tally;
}

interface Candidate<Case> {
  readonly schemaCase: Case;
  readonly schema: InferredSchema;
}

function add(
  tally: SchemaTally & { refusals: Refusal[] },
  candidate: Refusal | undefined,
  data: object,
  isRendered: boolean,
): void {
  if (candidate === undefined) return;
  const isRefused = !satisfies(candidate.schema, data);
  if (!isRendered) {
    tally.failed += 1;
    if (isRefused) tally.refused += 1;
    return;
  }
  tally.rendered += 1;
  if (isRefused) tally.refusals.push(candidate);
}

/** Half of the maker of any templates, half of the one that follows data. Go has no limits, so the templates that reach ours stay out. */
function textCases(random: Random, seeds: readonly string[], count: number): Candidate<FuzzCase>[] {
  const [any, following] = [new CaseMaker(random, seeds), new SchemaCaseMaker(random)];
  const cases: Candidate<FuzzCase>[] = [];
  for (let made = 0; made < count / 2; made++) {
    const { template, data } = any.make();
    cases.push(...candidates(template, () => [data]));
  }
  for (let made = 0; made < count / 2; made += DATA_PER_TEMPLATE) {
    cases.push(
      ...candidates(following.template(), (schema) => {
        const variables = following.variables(schema);
        return [
          variables,
          ...Array.from({ length: DATA_PER_TEMPLATE - 1 }, () => following.neighbour(variables)),
        ];
      }),
    );
  }
  return cases;
}

/** Small, so that no case grows out of hand in Go. */
const LIMITS = { maxSteps: 20_000, maxOutputBytes: 200_000, maxDepth: 100 };

function candidates(
  template: string,
  makeData: (schema: InferredSchema) => readonly FuzzCase['data'][],
): Candidate<FuzzCase>[] {
  const compiled = valid(() => compileWith(closures, template, LIMITS));
  if (compiled === undefined) return [];
  const { inputSchema: schema } = compiled;
  return makeData(schema)
    .filter((data) => isWithinLimits(() => compiled.render(data)))
    .map((data) => ({ schemaCase: { template, data, missingKey: 'error' }, schema }));
}

function chatCases(random: Random, count: number): Candidate<ChatCase>[] {
  const maker = new ChatCaseMaker(random);
  const cases: Candidate<ChatCase>[] = [];
  for (let made = 0; made < count; made++) {
    const schemaCase: ChatCase = { ...maker.make(), missing_key: 'error' };
    const program = valid(() => linkChat(schemaCase.entries));
    if (program === undefined) continue;
    const compiled = compileProgramWith(closures, program, LIMITS);
    if (
      isWithinLimits(() => compiled.messages(schemaCase.variables) && compiled.render(schemaCase.variables))
    )
      cases.push({ schemaCase, schema: compiled.inputSchema });
  }
  return cases;
}

function valid<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined;
    throw error;
  }
}

function isWithinLimits(render: () => unknown): boolean {
  try {
    render();
    return true;
  } catch (error) {
    return !(error instanceof Error && 'limit' in error && error.limit !== undefined);
  }
}
