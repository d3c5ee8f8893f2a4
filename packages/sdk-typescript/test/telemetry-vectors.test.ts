/** Plays the vectors of telemetry that all SDKs share: packages/delivery/test/vectors/README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TelemetryCase } from '@px0/delivery/scenarios';
import { expect, it } from 'vitest';
import * as sdk from '../src/mod.ts';
import { attributesOf } from '../src/telemetry/attributes.ts';
import { outcomeOf } from '../src/telemetry/telemetry.ts';

const file = join(import.meta.dirname, '..', '..', 'delivery', 'test', 'vectors', 'telemetry.json');
const cases: readonly TelemetryCase[] = JSON.parse(readFileSync(file, 'utf8'));

const kinds: Readonly<Record<string, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const exporter = new InMemorySpanExporter();
const tracer = new TracerProvider({
  spanProcessors: [new sdk.Px0SpanProcessor(), new SimpleSpanProcessor({ exporter })],
}).getTracer('vectors');

function errorOf(name: string, status: number | undefined): unknown {
  const error: unknown = Reflect.get(sdk, name);
  if (typeof error !== 'function') throw new Error(`there is no ${name}`);
  return Reflect.construct(error, status === undefined ? ['words'] : [status, 'words']);
}

/** What the case says, and what is so. */
function compared(given: TelemetryCase): readonly [expected: unknown, actual: unknown] {
  if ('render' in given) {
    const { prompt_id: promptId, age_ms: ageMs, ...rest } = given.render;
    return [given.attributes, attributesOf({ ...rest, promptId, ageMs })];
  }
  if ('error' in given) return [given.outcome, outcomeOf(errorOf(given.error, given.status))];
  const { parent, span, started } = given;
  exporter.reset();
  const above = tracer.startSpan('above', { attributes: parent, kind: SpanKind.SERVER });
  const { name, attributes, kind } = span;
  const options = { attributes, kind: kinds[kind] ?? SpanKind.INTERNAL };
  tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, above)).end();
  return [started, exporter.getFinishedSpans()[0]?.attributes];
}

it.each(cases)('OpenTelemetry is told as $id says', (given) => {
  const [expected, actual] = compared(given);
  expect(actual).toEqual(expected);
});
