/** Where this checkout of px0 is. */
import { join } from 'node:path';

export const packageFolder = join(import.meta.dirname, '..');
export const repositoryRoot = join(packageFolder, '..', '..');
