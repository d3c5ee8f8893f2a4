/** The cases of `files.json`, which say what a prompt file is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJson } from './exact-numbers.ts';
import { formatPromptFile, type PromptFile, parsePromptFile } from './prompt-file.ts';

interface Case {
  readonly id: string;
  readonly text: string;
  readonly prompt: PromptFile;
}

const PLACE = '../../../template/test/vectors/files.json';
const text = readFileSync(join(import.meta.dirname, PLACE), 'utf8');
const cases = parseJson(text) as readonly Case[];

describe('the prompt file', () => {
  it.each(cases)('$id', ({ id, text: given, prompt }) => {
    // Raw JSON numbers are equal by their digits only.
    expect(JSON.stringify(sorted(parsePromptFile(prompt.slug, given)))).toBe(JSON.stringify(sorted(prompt)));
    const written = formatPromptFile(prompt);
    if (id.startsWith('read/')) expect(written).not.toBe(given);
    else expect(written).toBe(given);
  });

  it('has one case a line, each with an id of its own', () => {
    expect(
      text
        .trimEnd()
        .split('\n')
        .slice(1, -1)
        .map((line) => line.replace(/,$/, '')),
    ).toEqual(cases.map((one) => JSON.stringify(one)));
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });
});

function sorted(prompt: PromptFile): object {
  return Object.fromEntries(Object.entries(prompt).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
