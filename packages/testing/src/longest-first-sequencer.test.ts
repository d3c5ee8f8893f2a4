import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { longFiles } from './longest-first-sequencer.ts';

const root = join(import.meta.dirname, '../../..');

it('names files that exist', () => {
  expect(longFiles.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
