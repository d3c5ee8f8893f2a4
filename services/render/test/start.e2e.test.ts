import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

const main = `${import.meta.dirname}/../src/main.ts`;
const TELEMETRY = ['--import', '@px0/service-kit/telemetry'];
/** Turns the SDK on, with nothing to flush at the end. */
const EXPORTING = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
};

describe('PX0_TRACE_RENDER_RATIO', () => {
  it.each([
    ['without telemetry', [], {}],
    ['with telemetry, which starts before the configuration is read', TELEMETRY, EXPORTING],
  ])('stops the start when it is wrong, %s', async (_, options, env) => {
    const child = spawn(process.execPath, [...options, main], {
      env: { ...process.env, ...env, PX0_TRACE_RENDER_RATIO: '2' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect([code, said]).toEqual([1, 'px0 render: PX0_TRACE_RENDER_RATIO must be a number from 0 to 1.\n']);
  });
});
