/** `npm run scenarios`: writes `vectors/delivery` and `vectors/selection.json`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileText, scenarioFiles } from './all.ts';
import { selections } from './selections.ts';

const folder = join(import.meta.dirname, '..', 'vectors', 'delivery');
mkdirSync(folder, { recursive: true });
for (const [name, scenarios] of Object.entries(scenarioFiles)) {
  writeFileSync(join(folder, `${name}.json`), fileText(scenarios));
}
writeFileSync(join(folder, '..', 'selection.json'), fileText(selections()));
