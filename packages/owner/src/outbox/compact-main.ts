/**
 * `npm run compact`: compacts every context. Reads `DATABASE_URL` and `NATS_URL`; a context whose tables are in another database
 * has a variable of its own (`DATABASE_URL_IDENTITY`, `DATABASE_URL_TENANCY`, `DATABASE_URL_REGISTRY`).
 */

import { integerVariable, loadConfig, runCommand } from '@px0/service-kit';
import { z } from 'zod';
import { inEachContext, maintenanceVariables } from '../maintenance.ts';
import { compact } from './compact.ts';

const configSchema = z.object({
  ...maintenanceVariables,
  PX0_COMPACT_AFTER_DAYS: integerVariable(1)
    .prefault('7')
    .describe(
      'Tombstones older than this many days are removed. A reader that was away longer must start anew.',
    ),
});

const A_DAY_MS = 86_400_000;

await runCommand('compact', async () => {
  const config = loadConfig(configSchema);
  const olderThanMs = config.PX0_COMPACT_AFTER_DAYS * A_DAY_MS;
  await inEachContext('compact', config, async (maintained) => {
    await compact({ ...maintained, olderThanMs });
  });
});
