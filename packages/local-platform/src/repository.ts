/** Where this checkout of px0 is. */
import { join } from 'node:path';

export const repositoryRoot = join(import.meta.dirname, '..', '..', '..');
