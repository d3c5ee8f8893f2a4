/** Live renders of one process in the present tree and in an older commit, in alternating runs. On a busy machine the processor time counts. */
import { checkOut } from '../lib/build.ts';
import { measuredLoad } from '../lib/measured-load.ts';
import { alternatingPairs, type PairsOptions } from '../lib/pairs.ts';
import type { Program } from '../lib/program.ts';
import { World } from '../lib/world.ts';

/** The last commit before heavy renders ran in worker threads. */
const BASELINE = 'ce25d8e';

export async function before({ pairs = 12, seconds = 3 } = {}) {
  const { method, rows, summary } = await againstCommit(BASELINE, { pairs, seconds });
  return { title: `Live render, two variables, ${method}`, rows, summary };
}

/** The load of two variables on the build of a commit and on the present one. */
export async function againstCommit(commit: string, options: PairsOptions) {
  const world = await World.create(1);
  const { render: old } = await world.startRender({}, [], checkOut(commit));
  const { render: present } = await world.startRender();
  const side = (name: string, program: Program) => ({
    name,
    run: (seconds: number) => measuredLoad(program, world.key, seconds),
  });
  try {
    return await alternatingPairs(side(commit, old), side('present', present), options);
  } finally {
    await old.stop();
    await present.stop();
    await world.close();
  }
}
