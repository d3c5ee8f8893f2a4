/**
 * What the code of telemetry takes of one render, by itself and in a loop: for machines on which whole renders cannot be measured quietly.
 *   npm exec -- node bench/render/direct-cost.ts
 *   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 npm exec -- node --import @px0/service-kit/telemetry bench/render/direct-cost.ts
 */
import { measureRendered } from '../../services/render/src/http/render-durations.ts';
import { startRenderSpan } from '../../services/render/src/http/render-span.ts';

const ROUNDS = 40;
const RENDERS = 50_000;
const request = {
  headers: { host: 'localhost', authorization: 'Bearer ak_', 'content-type': 'application/json' },
};

function round(): number {
  const started = performance.now();
  for (let i = 0; i < RENDERS; i += 1) {
    const arrived = performance.now();
    const span = startRenderSpan(request, '/v1/prompts/{slug}/render');
    measureRendered('renderLive', (performance.now() - arrived) / 1_000);
    span?.setAttributes({ 'px0.prompt.id': 'x', 'px0.prompt.version': 1 }).end();
  }
  return ((performance.now() - started) * 1e6) / RENDERS;
}

const rounds: number[] = [];
for (let i = 0; i < ROUNDS; i += 1) {
  rounds.push(round());
  // Lets the exporter work, as between real requests.
  await new Promise((resolve) => setTimeout(resolve, 20));
}
// The least is what the code takes; everything above is what else the machine does.
console.log(`${Math.min(...rounds).toFixed(0)} ns a render at least, over ${ROUNDS} rounds of ${RENDERS}`);
process.exit(0);
