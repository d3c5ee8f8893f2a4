/** The decision records: each has its date and status, a row in the index that agrees with it, and a place outside `docs/decisions` that names it. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../src/repository.ts';

const folder = join(repositoryRoot, 'docs', 'decisions');
const index = readFileSync(join(folder, 'README.md'), 'utf8');

const decisions = readdirSync(folder)
  .filter((file) => file !== 'README.md')
  .map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const [, number = '', title = ''] = /^# (\d{3}): (.+)$/m.exec(text) ?? [];
    const [, status = ''] = /^- Status: (accepted|superseded by \d{3})$/m.exec(text) ?? [];
    const [, date = ''] = /^- Date: (\d{4}-\d{2}-\d{2})$/m.exec(text) ?? [];
    return { file, number, title, status, date };
  });

/** The cells of the index' rows about pages. */
const rows = [...index.matchAll(/^\| (\[\d{3}\]\(.+)\|$/gm)].map(([, row = '']) =>
  row.split('|').map((cell) => cell.trim()),
);

describe('a decision record', () => {
  it('begins with its number, title, status and date', () => {
    expect(decisions.length).toBeGreaterThan(0);
    for (const { file, ...head } of decisions) {
      expect(file.slice(0, 3), file).toBe(head.number);
      expect(
        Object.values(head).filter((value) => value === ''),
        file,
      ).toEqual([]);
    }
  });

  it('has one row in the index, which agrees with it', () => {
    const expected = decisions.map(({ file, number, title, status, date }) => [
      `[${number}](${file})`,
      title,
      status,
      date,
    ]);
    const byNumber = (one: string[], other: string[]) => String(one[0]).localeCompare(String(other[0]));
    expect(rows.toSorted(byNumber)).toEqual(expected.toSorted(byNumber));
  });

  it('is named by a file outside docs/decisions, and no file names one that does not exist', () => {
    const named = new Set(
      filesOutside().flatMap((file) =>
        [
          ...readFileSync(join(repositoryRoot, file), 'utf8').matchAll(
            /decisions\/(\d{3}(?:-[a-z0-9-]+\.md)?)/g,
          ),
        ].map(([, name = '']) => name),
      ),
    );
    const files = decisions.map(({ file }) => file);
    expect([...named].filter((name) => !files.includes(name))).toEqual([]);
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });

  it('that was moved out of the folder is where the index says', () => {
    const places = [...index.matchAll(/^\| \d{3} +\| `(.+?)` +\|$/gm)].map(([, path = '']) => path);
    expect(places.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });
});

/** Sources and pages of the repository that its authors write, without the records themselves. */
function filesOutside(): string[] {
  return globSync(
    ['*.md', '{.github,bench,deploy,docs,k8s,packages,scripts,services,tests}/**/*.{go,md,mjs,py,ts,tsx}'],
    {
      cwd: repositoryRoot,
      exclude: ['**/node_modules', '**/dist', '**/generated', 'docs/decisions'],
    },
  );
}
