/**
 * `npm run adopt-database -- --replace`: accepts the database although the stream shows changes that it lacks. They are lost then: readers, and
 * the applications that hold prompts, take what the database has. Reads the variables that `npm run compact` reads.
 * See docs/runbooks/database-refused.md.
 */
import { join } from 'node:path';
import { loadConfig, runCommand, StartError } from '@px0/service-kit';
import { z } from 'zod';
import { inEachContext, maintenanceVariables } from '../maintenance.ts';
import { adopt } from './adopt.ts';
import { afterReturnOf } from './after-return.ts';

const servicesFolder = join(import.meta.dirname, '../../../../services');
const folders = { identity: 'identity', tenancy: 'tenancy', registry: 'prompt-registry' } as const;

await runCommand('adopt-database', async () => {
  if (process.argv.slice(2).join(' ') !== '--replace')
    throw new StartError(
      'What the database lacks is lost for good: say --replace to let it replace what readers hold.',
    );
  const config = loadConfig(z.object(maintenanceVariables));
  await inEachContext('adopt-database', config, async ({ context, pool, bus, logger }) => {
    const migrations = join(servicesFolder, folders[context], 'prisma/migrations');
    await adopt({ pool, bus, afterReturn: await afterReturnOf(migrations) });
    logger.info({ context }, 'the database is accepted: its state will replace what readers hold');
  });
});
