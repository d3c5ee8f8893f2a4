/**
 * The guide to the console, and its pictures: each is shown somewhere, in both themes, and none is missing. `npm run docs:pictures` takes them.
 * What the guide calls a button is what the console writes on it.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../src/repository.ts';

const present = globSync('docs/pictures/*', { cwd: repositoryRoot }).map((file) =>
  file.slice('docs/'.length),
);
const texts = ['README.md', ...globSync('docs/**/*.md', { cwd: repositoryRoot })].map((file) =>
  readFileSync(join(repositoryRoot, file), 'utf8'),
);

describe('a picture of the console', () => {
  it('that a page shows is there in both themes, and none is there for nothing', () => {
    const shown = new Set(
      texts.flatMap((text) =>
        [...text.matchAll(/pictures\/([\w-]+)-(?:light|dark)\.webp/g)].map(([, name]) => name),
      ),
    );
    const files = [...shown].flatMap((name) => [`pictures/${name}-dark.webp`, `pictures/${name}-light.webp`]);
    expect(present.toSorted()).toEqual(files.toSorted());
  });

  it('says in words what it shows', () => {
    const unsaid = texts.flatMap((text) => text.match(/!\[\]\(|<img (?![^>]*alt="[^"]+)[^>]*>/g) ?? []);
    expect(unsaid).toEqual([]);
  });

  it('is small enough for a page', () => {
    for (const file of present)
      expect(readFileSync(join(repositoryRoot, 'docs', file)).length, file).toBeLessThan(150_000);
  });
});

describe('the guide to the console', () => {
  it('calls buttons, tabs and pages what the console calls them', () => {
    const guide = readFileSync(join(repositoryRoot, 'docs/get-started/console.md'), 'utf8');
    const console = globSync('packages/console/src/**/*.{ts,tsx}', { cwd: repositoryRoot })
      .filter((file) => !file.includes('.test.'))
      .map((file) => readFileSync(join(repositoryRoot, file), 'utf8'))
      .join('\n');
    const labels = [...guide.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label = '']) => label);
    expect(labels.length).toBeGreaterThan(10);
    // A number is filled in by the console.
    expect(labels.filter((label) => !console.includes(label.replace(/\d+$/, '')))).toEqual([]);
  });
});
