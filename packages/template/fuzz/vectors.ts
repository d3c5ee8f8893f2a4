/** `npm run vectors -w packages/template`: writes the vector files with Go. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { remakeVectors, VECTORS } from './go-vectors.ts';

const made = remakeVectors();
if ('skipped' in made) {
  process.stderr.write(`vectors ${made.skipped}\n`);
  process.exitCode = 1;
} else {
  for (const [name, text] of made.files) writeFileSync(join(VECTORS, name), text);
  process.stdout.write(`wrote ${[...made.files.keys()].join(', ')}\n`);
}
