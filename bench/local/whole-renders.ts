/**
 * Measures whole renders of the TypeScript SDK in the application's process, `await px0.render(slug, variables)` with its result, beside Handlebars alone. Prints
 * a JSON line for each engine, as the programs of the engines do.
 */
import { Px0 } from '@px0/sdk';
import { withHandlebars } from '../../packages/template/bench/with-handlebars.ts';
import { WORKLOADS } from '../../packages/template/bench/workloads.ts';
import { quantile } from '../lib/statistics.ts';

const SAMPLES = 10_000;
/** The clock is too coarse for one render, so the median is that of so many. */
const RENDERS_PER_SAMPLE = 20;

for (const workload of WORKLOADS.filter(({ name }) => name === 'chat, 4 messages')) {
  const baseline = withHandlebars(workload);
  const px0 = Px0.forTests({ chat: workload.go });
  const variables = JSON.parse(JSON.stringify(workload.data));
  const renders = {
    px0: async () => (await px0.render('chat', variables)).text,
    // Awaited as well, since a caller of either would be in an asynchronous function.
    Handlebars: async () => baseline(),
  };
  if ((await renders.px0()) !== (await renders.Handlebars())) throw new Error('the two texts differ');
  const many: Record<string, number[]> = { px0: [], Handlebars: [] };
  const single: Record<string, number[]> = { px0: [], Handlebars: [] };
  for (let sample = -SAMPLES / 10; sample < SAMPLES; sample += 1) {
    for (const [engine, render] of Object.entries(renders)) {
      const [first, others] = [await microseconds(render, 1), await microseconds(render, RENDERS_PER_SAMPLE)];
      if (sample < 0) continue;
      single[engine]?.push(first);
      many[engine]?.push(others);
    }
  }
  const medianOf = (engine: string): number => quantile(many[engine] ?? [], 0.5);
  for (const engine of Object.keys(renders)) {
    console.log(
      JSON.stringify({
        workload: `${workload.name}, with result`,
        engine,
        p50_us: medianOf(engine),
        p99_us: quantile(single[engine] ?? [], 0.99),
        ratio: medianOf(engine) / medianOf('Handlebars'),
      }),
    );
  }
  await px0.close();
}

async function microseconds(render: () => Promise<string>, count: number): Promise<number> {
  const start = process.hrtime.bigint();
  let length = 0;
  for (let i = 0; i < count; i += 1) length += (await render()).length;
  if (length === 0) throw new Error('nothing was rendered');
  return Number(process.hrtime.bigint() - start) / 1_000 / count;
}
