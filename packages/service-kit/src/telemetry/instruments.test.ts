import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { observe, observeAnswers } from './instruments.ts';
import { metricCatalog } from './metric-catalog.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  /** Values of what one export has, by name. */
  async values(): Promise<Record<string, unknown>> {
    const { resourceMetrics } = await this.collect();
    const all = resourceMetrics.scopeMetrics.flatMap(({ metrics: some }) => some);
    return Object.fromEntries(
      all.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ value }) => [descriptor.name, value] as const),
      ),
    );
  }
}

let reader: Reader;

beforeEach(() => {
  reader = new Reader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
afterEach(() => metrics.disable());

const never = new Promise<never>(() => undefined);

it('leaves out what fails or hangs, and exports the rest', async () => {
  observe(metricCatalog.sagaParked, () => Promise.reject(new Error('away')));
  observe(metricCatalog.outboxOwed, () => never);
  observe(metricCatalog.processHeartbeat, () => 7);
  expect(await reader.values()).toEqual({ [metricCatalog.processHeartbeat.name]: 7 });
});

it('tells a server that answers from one that refuses and one that is silent', async () => {
  observeAnswers(metricCatalog.redisUp, () => Promise.resolve('PONG'));
  observeAnswers(metricCatalog.postgresUp, () => never);
  observeAnswers(metricCatalog.natsConnected, () => Promise.reject(new Error('away')));
  expect(await reader.values()).toEqual({
    [metricCatalog.redisUp.name]: 1,
    [metricCatalog.postgresUp.name]: 0,
    [metricCatalog.natsConnected.name]: 0,
  });
});
