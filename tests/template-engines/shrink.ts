/** Makes a case that the engines disagree about as small as it goes. */
import type { Oracle } from '../../packages/template/fuzz/go-oracle.ts';
import { askAll, type Difference, isDifferent } from './compare.ts';
import { smallerConversations, smallerTexts } from './conversations.ts';
import type { Engine, EngineCase } from './engines.ts';

const MOST_ROUNDS = 40;
const MOST_CANDIDATES = 400;

/** Each round gives all smaller cases to the engines at once, and goes on with the first that they still disagree about. */
export async function shrink(
  engines: readonly Engine[],
  oracle: Oracle | undefined,
  difference: Difference,
): Promise<Difference> {
  let smallest = difference;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const candidates = smaller(smallest.engineCase).slice(0, MOST_CANDIDATES);
    const answers = await askAll(engines, oracle, candidates);
    const found = answers.findIndex(isDifferent);
    const [engineCase, given] = [candidates[found], answers[found]];
    if (engineCase === undefined || given === undefined) break;
    smallest = { engineCase, answers: given };
  }
  return smallest;
}

function smaller(engineCase: EngineCase): EngineCase[] {
  const { template, data, conversation } = engineCase;
  const texts = conversation === undefined ? smallerTexts(template) : [];
  return [
    ...texts.map((text) => ({ ...engineCase, template: text })),
    ...smallerConversations(engineCase),
    ...smallerObjects(data).map((object) => ({ ...engineCase, data: object })),
  ];
}

function smallerObjects(data: EngineCase['data']): Readonly<Record<string, unknown>>[] {
  const entries = Object.entries(data ?? {});
  return entries.flatMap(([name, value], index) => [
    Object.fromEntries(entries.toSpliced(index, 1)),
    ...smallerValues(value).map((one) => Object.fromEntries(entries.toSpliced(index, 1, [name, one]))),
  ]);
}

function smallerValues(value: unknown): unknown[] {
  if (typeof value === 'string')
    return value === '' ? [] : ['', value.slice(0, value.length >> 1), value.slice(1)];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => [
      value.toSpliced(index, 1),
      ...smallerValues(item).map((one) => value.toSpliced(index, 1, one)),
    ]);
  }
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return [
    ...entries.map((_, index) => Object.fromEntries(entries.toSpliced(index, 1))),
    ...entries.map(([, item]) => item),
  ];
}
