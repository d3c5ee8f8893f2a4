/** `npm run scenarios`: writes `vectors/delivery` and the lists beside it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileText, otherFiles, scenarioFiles } from './all.ts';

const folder = join(import.meta.dirname, '..', 'vectors', 'delivery');
mkdirSync(folder, { recursive: true });
for (const [name, scenarios] of Object.entries(scenarioFiles)) {
  writeFileSync(join(folder, `${name}.json`), fileText(scenarios));
}
for (const [name, all] of Object.entries(otherFiles)) {
  writeFileSync(join(folder, '..', `${name}.json`), fileText(all));
}
