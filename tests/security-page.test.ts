/** docs/security-verification.md says of each item of the standard where it is tested: those files exist, and no item is left out or there twice. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/security-verification.md'), 'utf8');
/** How many items levels 1 and 2 of ASVS 4.0.3 have, chapter by chapter. */
const items = [38, 54, 18, 9, 30, 13, 12, 15, 7, 5, 8, 15, 13, 23];

it('names tests and pages that exist', () => {
  const files = [
    ...page.matchAll(/`((?:tests|packages|services|deploy|\.ci)\/[\w./-]+)`|\]\(((?:\.\.\/)?[\w.]+\.md)\)/g),
  ].map(([, file, link]) => (file === undefined ? join('docs', String(link)) : file));
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

it('judges every item of the standard once', () => {
  const rows = [...page.matchAll(/^\| (\d+)\.\d+\.\d+ *\| (.+?) *\| .*\|$/gm)];
  const perChapter = items.map(
    (_count, index) => rows.filter(([, chapter]) => Number(chapter) === index + 1).length,
  );
  expect(perChapter).toEqual(items);
  expect(new Set(rows.map(([row]) => row.split('|')[1]?.trim())).size).toBe(rows.length);
  const verdicts = new Set(rows.map(([, , verdict]) => verdict));
  expect([...verdicts].toSorted()).toEqual(['met', 'n/a', 'not met', 'operator', 'partly']);
});
