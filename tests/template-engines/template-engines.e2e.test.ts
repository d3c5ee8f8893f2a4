/** Random templates in all engines; `npm run fuzz:engines` gives them many more. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildOracle } from '../../packages/template/fuzz/go-oracle.ts';
import { templateSeeds } from '../../packages/template/fuzz/seeds.ts';
import { askAll, compareEngines, isDifferent, randomCases } from './compare.ts';
import { compareJudges, contractCases } from './contracts.ts';
import { conversationCase } from './conversations.ts';
import { CLOSURES, type Engine } from './engines.ts';
import { type SdkEngines, sdkEngines } from './programs.ts';
import { shrink } from './shrink.ts';

const CASES = 400;

let folder: string;
let sdks: SdkEngines;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'px0-template-engines-'));
  sdks = await sdkEngines(folder);
}, 300_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

it('every engine gives the same bytes, the same errors and reaches the same limits', async ({ skip }) => {
  const built = buildOracle();
  using oracle = 'skipped' in built ? undefined : built;
  const cases = await randomCases(templateSeeds(), 20_260_101, CASES);
  const tally = await compareEngines(sdks.engines, oracle, cases);
  expect(tally.differences).toEqual([]);
  for (const kind of [tally.outputs, tally.parseErrors, tally.execErrors, tally.limits, tally.conversations])
    expect(kind).toBeGreaterThan(CASES / 20);
  expect(tally.declined).toBeLessThan(CASES / 20);
  if (sdks.missing.length > 0) skip(`the engines that are here agree; ${sdks.missing.join('; ')}`);
}, 120_000);

it('the judges of every language refuse the same variables with the same words', async ({ skip }) => {
  const tally = await compareJudges(sdks.engines, contractCases(20_260_102, CASES));
  expect(tally.differences).toEqual([]);
  for (const kind of [tally.accepted, tally.cut, tally.suggestions]) expect(kind).toBeGreaterThan(CASES / 50);
  if (sdks.missing.length > 0) skip(`the judges that are here agree; ${sdks.missing.join('; ')}`);
}, 120_000);

it('a judge that says something else is noticed', async () => {
  const wrong = { name: 'wrong', judge: async () => [{ detail: 'missing a', header: '{}' }] };
  const contractCase = { schema: { required: ['a'] }, data: {}, missing_key: 'error' } as const;
  const { differences } = await compareJudges([wrong], [contractCase]);
  expect(differences.map(({ verdicts }) => verdicts.get('TypeScript'))).toEqual([
    { detail: 'missing a', header: '{"missing":[{"path":"a"}],"unknown":[],"invalid":[]}' },
  ]);
});

it('a difference is noticed, and made small', async () => {
  const wrong: Engine = {
    name: 'wrong',
    answer: async (cases) => {
      const answers = await CLOSURES.answer(cases);
      return answers.map((answer) => (answer.output?.includes('7') ? { output: 'seven' } : answer));
    },
  };
  const template = 'Hello {{.name}}, {{range .list}}<{{.}}>{{else}}none{{end}}';
  const data = { name: 'Ada', list: ['a', 'b7', 'c'], more: [1, 2] };
  const limits = { steps: 1000, output: 1000, depth: 10 };
  const engineCase = { template, data, limits, missingKey: 'error' } as const;
  const [answers] = await askAll([wrong], undefined, [engineCase]);
  if (answers === undefined) throw new Error('no answers');
  expect(isDifferent(answers)).toBe(true);
  const smallest = await shrink([wrong], undefined, { engineCase, answers });
  expect(smallest.engineCase.template.length).toBeLessThan(template.length / 2);
  expect(Object.keys(smallest.engineCase.data ?? {})).toEqual(['list']);
  expect(smallest.answers.get('wrong')).toEqual({ output: 'seven' });
});

it('a difference about a conversation is made small too', async () => {
  const wrong: Engine = {
    name: 'wrong',
    answer: async (cases) => {
      const answers = await CLOSURES.answer(cases);
      return answers.map((answer) =>
        answer.outputs?.some((output) => output.includes('7')) === true ? { outputs: ['seven'] } : answer,
      );
    },
  };
  const chatCase = {
    entries: [
      { role: 'system', template: 'Hello {{.name}}{{define "d"}}b7{{end}}' },
      { placeholder: 'history' },
      { role: 'user', template: '{{template "d"}}, {{.name}}' },
    ],
    variables: { name: 'Ada' },
    missing_key: 'error',
  } as const;
  const engineCase = conversationCase(chatCase, { steps: 1000, output: 1000, depth: 10 }, false);
  if (engineCase === undefined) throw new Error('it does not link');
  const [answers] = await askAll([wrong], undefined, [engineCase]);
  if (answers === undefined) throw new Error('no answers');
  const smallest = await shrink([wrong], undefined, { engineCase, answers });
  expect(smallest.engineCase.conversation?.entries).toEqual([
    { role: 'system', template: '{{define "d"}}7{{end}}' },
    { role: 'user', template: '{{template "d"}}' },
  ]);
  expect(smallest.answers.get('wrong')).toEqual({ outputs: ['seven'] });
});
