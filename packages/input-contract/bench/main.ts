/**
 * `npm run bench -w packages/input-contract`: what it costs to judge variables that are right, beside ajv, which generates code for each schema. The
 * medians of alternating rounds.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { compileJudge, type InputSchema } from '../src/mod.ts';

const ROUNDS = 21;
const ROUND_MICROSECONDS = 30_000;

const two: InputSchema = {
  type: 'object',
  properties: { question: { type: 'string' }, tone: { enum: ['formal', 'friendly'] } },
  required: ['question'],
};
const product: InputSchema = {
  type: 'object',
  properties: { title: { type: 'string', minLength: 1 }, price: { type: 'number' }, tag: {} },
  required: ['title', 'price'],
};
const ten: InputSchema = {
  type: 'object',
  properties: { items: { type: ['array', 'object', 'null'], items: product } },
  required: ['items'],
};

const workloads = [
  { name: 'two variables', schema: two, variables: { question: 'Why is it blue?', tone: 'formal' } },
  {
    name: 'ten elements of three',
    schema: ten,
    variables: {
      items: Array.from({ length: 10 }, (_, index) => ({
        title: `Product ${index}`,
        price: index + 0.5,
        tag: 'new',
      })),
    },
  },
];

const ajv = new Ajv2020({ strict: false, ownProperties: true });
for (const { name, schema, variables } of workloads) {
  const judge = compileJudge(schema);
  const generated = ajv.compile(schema);
  // A copy as a request's body is parsed.
  const parsed: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(variables));
  const candidates = {
    judge: () => judge(parsed) === undefined,
    ajv: () => generated(parsed),
  };
  const times = { judge: [] as number[], ajv: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const each of ['judge', 'ajv'] as const) times[each].push(nanoseconds(candidates[each]));
  }
  console.log(`${name}: ${median(times.judge)} ns, ajv ${median(times.ajv)} ns`);
}

function nanoseconds(run: () => boolean): number {
  let count = 0;
  let spent = 0;
  // Processor time, so that what else runs on the machine counts little.
  const start = process.cpuUsage();
  while (spent < ROUND_MICROSECONDS) {
    for (let index = 0; index < 1_000; index += 1) if (!run()) throw new Error('refused');
    count += 1_000;
    spent = process.cpuUsage(start).user;
  }
  return (spent * 1_000) / count;
}

function median(values: readonly number[]): string {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return middle.toFixed(0);
}
