/** `npm run deploy:generate`: writes the deployment files that are derived from the code. `generated.test.ts` fails when one is stale. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedFiles } from './generated-files.ts';

const root = join(import.meta.dirname, '..', '..');

for (const { path, text } of generatedFiles()) {
  await writeFile(join(root, path), text);
  process.stdout.write(`wrote ${path}\n`);
}
