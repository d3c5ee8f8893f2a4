// Under a contract, too, a value of a variable leaves the process in what is rendered of it and nowhere else.

import { randomUUID } from 'node:crypto';
import { propagation, SpanKind, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { InputSchema } from '@px0/input-contract';
import { createLogger } from '@px0/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, RenderFixture } from './render-fixture.ts';

const HUSH = 'hush-7c1f';

const SCHEMA: InputSchema = {
  type: 'object',
  properties: {
    age: { type: 'integer' },
    mood: { enum: ['calm', 'glad'] },
    short: { maxLength: 2 },
    notes: { items: { properties: { text: { type: 'number' } } } },
  },
  required: ['name'],
  additionalProperties: false,
};

/** Wrong in every way, with a value in every place. */
const WRONG = {
  age: HUSH,
  mood: HUSH,
  short: HUSH,
  notes: [{ text: HUSH }, { text: [HUSH] }, HUSH],
  more: { deep: [HUSH] },
  nmae: HUSH,
};

/** So that it is judged in a worker thread. */
const HEAVY = { ...WRONG, notes: [...WRONG.notes, ...new Array(7_000).fill({ text: HUSH })] };

const POLICIES = ['warn', 'enforce'] as const;

let render: RenderFixture;
let token: string;
const slugs = { warn: '', enforce: '' };
const log: string[] = [];

beforeAll(async () => {
  const logger = createLogger({
    service: 'render',
    level: 'trace',
    destination: { write: (line) => void log.push(line) },
  });
  render = await RenderFixture.start({}, undefined, logger);
  const { orgId, teamId } = await render.organization();
  ({ token } = await render.identity.createKey(orgId, { operation: 'read_render' }));
  for (const contract of POLICIES) {
    slugs[contract] = `v_${randomUUID().slice(0, 8)}`;
    const versions = [{ number: 1, status: 'live' as const, template: 'Hi', schema: SCHEMA }];
    await render.prompt({ teamId, slug: slugs[contract], versions, contract });
  }
});
afterAll(() => render.stop());

const textOf = ({ headers, body }: Answer) => JSON.stringify([...headers]) + JSON.stringify(body);

it('answers and logs hold no value, whoever judges', async () => {
  const answers: Answer[] = [];
  for (const variables of [WRONG, HEAVY]) {
    for (const contract of POLICIES)
      answers.push(await render.render(`${slugs[contract]}/render`, token, { variables }));
    const renders = POLICIES.map((contract) => ({ slug: slugs[contract], variables }));
    answers.push(await render.post('/v1/render/batch', token, JSON.stringify({ renders })));
  }
  expect(answers.map(({ status }) => status)).toEqual([200, 422, 200, 200, 422, 200]);
  for (const answer of answers) {
    // It says what is wrong,
    expect(textOf(answer)).toMatch(/be one of .*calm/);
    expect(textOf(answer)).toContain('nmae');
    // and not of what.
    expect(textOf(answer)).not.toContain(HUSH);
  }
  expect(log.length).toBeGreaterThan(0);
  expect(log.join('')).not.toContain(HUSH);
});

it('a trace holds none either', async () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  try {
    for (const contract of POLICIES)
      await render.render(`${slugs[contract]}/render`, token, { variables: WRONG }, headers);
    const spans = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER);
    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 422]);
    for (const { name, attributes, events, status } of spans)
      expect(JSON.stringify([name, attributes, events, status])).not.toContain(HUSH);
  } finally {
    trace.disable();
    propagation.disable();
  }
});
