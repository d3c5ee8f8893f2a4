/**
 * Renders with a key of 20 patterns of slugs and 20 of tags, of which the last ones match, against a key without limits, in one process and of one prompt.
 */
import { measuredLoad } from '../lib/measured-load.ts';
import { alternatingPairs } from '../lib/pairs.ts';
import { World } from '../lib/world.ts';

const others = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => of(index));

export async function narrowKey({ pairs = 32, seconds = 2 } = {}) {
  const world = await World.create(1);
  const narrow = await world.narrowKey({
    slugs: [...others(19, (index) => `billing_${index}_*_reply`), 'gree*'],
    refs: { live: true, tags: others(20, (index) => `eu-${index}-*`) },
  });
  const { render } = await world.startRender();
  const side = (name: string, key: string) => ({
    name,
    run: (seconds: number) => measuredLoad(render, key, seconds),
  });
  try {
    const measured = await alternatingPairs(side('wide key', world.key), side('narrow key', narrow), {
      pairs,
      seconds,
    });
    return {
      title: `Live render with a narrow key of 20 patterns, ${measured.method}`,
      rows: measured.rows,
      summary: measured.summary,
    };
  } finally {
    await render.stop();
    await world.close();
  }
}
