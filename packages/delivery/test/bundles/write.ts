/** `npm run bundles`: writes `vectors/bundle`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFiles, casesText } from './cases.ts';

const folder = join(import.meta.dirname, '..', 'vectors', 'bundle');
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(bundleFiles)) writeFileSync(join(folder, name), make());
writeFileSync(join(folder, 'cases.json'), casesText());
