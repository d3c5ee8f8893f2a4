import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Patterns, reasonAgainst } from '../src/costly/mod.ts';
import { isCostly, judge, matchFault, readAssertions } from '../src/mod.ts';

interface Vectors {
  readonly vectors: readonly {
    readonly output: string;
    readonly assertion: { readonly type: string; readonly value?: string | number };
    readonly ok: boolean;
    readonly message: string;
  }[];
  readonly patterns: readonly { readonly pattern: string; readonly valid: boolean }[];
}

const { vectors, patterns }: Vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, 'vectors', 'assertions.json'), 'utf8'),
);

it('an output fulfils an assertion exactly when it does for Go', () => {
  const compiled = new Patterns();
  for (const vector of vectors) {
    const { output, assertion, ok, message } = vector;
    const [read] = readAssertions([assertion]);
    if (read === undefined) throw new Error('no assertion');
    const judged = judge(read, { text: output, sha256: () => '' }, undefined);
    const fault = isCostly(judged)
      ? matchFault(judged.assertion, compiled.hasMatch(String(read.value), judged.text))
      : (judged.message ?? undefined);
    expect({ vector, ok: fault === undefined, message: fault ?? '' }).toEqual({ vector, ok, message });
  }
  expect(vectors.length).toBeGreaterThan(1_000);
});

it('a pattern compiles exactly when it does for Go', () => {
  for (const { pattern, valid } of patterns)
    expect({ pattern, valid: reasonAgainst(pattern) === undefined }).toEqual({ pattern, valid });
});
