import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Hint, hintNames, hintText, mostHintBytes } from './hint.ts';

const path = join(import.meta.dirname, '../../template/test/vectors/hints.json');
const vectors: readonly { id: string; hint?: Hint; header: string | null }[] = JSON.parse(
  readFileSync(path, 'utf8'),
);
const written = vectors.flatMap(({ hint, ...rest }) => (hint === undefined ? [] : [{ hint, ...rest }]));

describe('a hint', () => {
  it('is written as hints.json says', () => {
    expect(written.map(({ id, hint }) => [id, hintText(hint) ?? null])).toEqual(
      written.map(({ id, header }) => [id, header]),
    );
  });

  it('has each of its names in hints.json', () => {
    const headers = written.map(({ header }) => `; ${header}`);
    for (const name of Object.keys(hintNames)) {
      expect([name, headers.some((header) => header.includes(`; ${name}=`))]).toEqual([name, true]);
    }
  });

  it('is ASCII of at most 512 bytes, whatever it tells', () => {
    const items = [
      '\u{10ffff}'.repeat(1_000),
      '\ud800',
      'a\r\nPx0-Stale: true',
      'x'.repeat(200),
      'ü'.repeat(60),
    ];
    for (let count = 3; count <= 100; count += 1) {
      const text = hintText({
        'missing-variables': Array.from({ length: count }, (_, at) => items[at % 5] ?? ''),
      });
      expect(text).toMatch(/^[!-~]+(?:; [!-~]+)*$/);
      expect(text?.length).toBeLessThanOrEqual(mostHintBytes);
    }
  });
});
