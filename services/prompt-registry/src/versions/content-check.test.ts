import { HeavyRefusal } from '@px0/heavy-renders';
import { silentLogger } from '@px0/service-kit';
import { expect, it } from 'vitest';
import { HeavyWork } from '../heavy/mod.ts';
import { ContentCheck } from './content-check.ts';

it.each([
  [
    'took too long, or died, is unavailable: the template was not rendered',
    'tookTooLong',
    503,
    'service unavailable',
  ],
  ['has too much to do says so', 'tooMany', 429, 'too many heavy renders'],
] as const)('a thread that %s', async (_what, reason, status, publicMessage) => {
  const heavy = new HeavyWork({
    access: { team: () => undefined },
    threads: 1,
    checkBudgetMs: 1_000,
    logger: silentLogger(),
  });
  heavy.pool.run = () => Promise.reject(new HeavyRefusal(reason));
  const contents = new ContentCheck({
    prompts: { run: () => expect.unreachable() },
    heavy,
  });
  const judged = contents.judge('a', { template: '{{.a}}'.repeat(2_000) }, new AbortController().signal);
  await expect(judged).rejects.toMatchObject({ status, publicMessage });
});
