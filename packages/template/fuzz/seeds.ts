/** Templates to damage: those of the vectors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function templateSeeds(): string[] {
  return ['authored', 'random', 'options'].flatMap((name) => {
    const path = join(import.meta.dirname, `../test/vectors/templates-${name}.json`);
    const cases: { template: string }[] = JSON.parse(readFileSync(path, 'utf8'));
    return cases.map(({ template }) => template);
  });
}
