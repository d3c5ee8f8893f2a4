/** Called by the Dockerfile: `node scripts/images/main.ts manifests|sources SERVICE TARGET`. */
import { join } from 'node:path';
import { copySources, writeManifests } from './production-tree.ts';

const root = join(import.meta.dirname, '..', '..');
const [part, service, target] = process.argv.slice(2);
if (service === undefined || target === undefined)
  throw new Error('usage: main.ts manifests|sources SERVICE TARGET');
if (part === 'manifests') writeManifests(root, service, target);
else if (part === 'sources') copySources(root, service, target);
else throw new Error(`"${part}" is neither manifests nor sources`);
