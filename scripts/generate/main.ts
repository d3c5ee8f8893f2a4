/** `npm run deploy:generate`: writes the deployment files that are derived from the code. `generated.test.ts` fails when one is stale. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated-files.ts';
import { generatedTemplates } from './helm/chart.ts';

const root = join(import.meta.dirname, '..', '..');

const files = generatedFiles();
// Of a manifest that is gone, no template stays.
await rm(join(root, generatedTemplates), { recursive: true, force: true });
for (const { path, text } of files) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  process.stdout.write(`wrote ${path}\n`);
}
