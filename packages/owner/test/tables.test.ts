/** Every owner's migrations contain the event core's tables, word for word. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const tables = ['outbox/tables.sql', 'fence/fence.sql', 'audit/tables.sql'].map((file) =>
  readFileSync(join(root, 'packages/owner/src', file), 'utf8').trim(),
);

const migrated = ['identity', 'tenancy', 'prompt-registry'].filter((service) =>
  existsSync(join(root, 'services', service, 'prisma/migrations')),
);

it.each(migrated)('%s has the tables of this release', (service) => {
  const folder = join(root, 'services', service, 'prisma/migrations');
  const sql = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readFileSync(join(folder, entry.name, 'migration.sql'), 'utf8'));
  for (const text of tables) expect(sql.join('\n')).toContain(text);
});
