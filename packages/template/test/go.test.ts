import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compareWithGo } from '../fuzz/compare.ts';
import { compareChatsWithGo } from '../fuzz/compare-chats.ts';
import { buildOracle } from '../fuzz/go-oracle.ts';
import { compareStepsWithGo } from '../fuzz/go-steps.ts';
import { remakeVectors, VECTORS } from '../fuzz/go-vectors.ts';
import { checkSchemasWithGo } from '../fuzz/schemas-with-go.ts';
import { readLimits, readVectors } from './vectors.ts';

const oracle = buildOracle();

if ('skipped' in oracle) {
  it.skip(`random templates do what they do in Go (${oracle.skipped})`, () => undefined);
  it.skip(`random conversations do what they do in Go (${oracle.skipped})`, () => undefined);
  it.skip(`data that Go renders satisfies the inferred schema (${oracle.skipped})`, () => undefined);
  it.skip(`steps are counted as in Go (${oracle.skipped})`, () => undefined);
  it.skip(`the vectors are what Go gives (${oracle.skipped})`, () => undefined);
} else {
  afterAll(() => oracle[Symbol.dispose]());
  const seeds = [...readVectors('authored'), ...readVectors('options')].map(({ template }) => template);

  it('random templates do what they do in Go', () => {
    const { differences, compared } = compareWithGo(oracle.ask, seeds, 20_260_101, 1500);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(1400);
  });

  it('random conversations give the texts, messages, errors and places of Go', () => {
    const { differences, compared, conversations } = compareChatsWithGo(oracle.askChats, 20_260_102, 600);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(550);
    expect(conversations).toBeGreaterThan(100);
  });

  it('data that Go renders satisfies the inferred schema', () => {
    const { refusals, rendered, refused } = checkSchemasWithGo(oracle, seeds, 20_260_103, 1000);
    expect(refusals).toEqual([]);
    expect(rendered).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(200);
  });

  it('Go counts the steps of limits.json from its own parse tree and functions, and finds the same', () => {
    expect(compareStepsWithGo(oracle.askSteps, readLimits())).toEqual([]);
  });

  it('the vectors are what Go gives', ({ skip }) => {
    const made = remakeVectors();
    if ('skipped' in made) return skip(made.skipped);
    const changed = [...made.files].filter(
      ([name, text]) => text !== readFileSync(join(VECTORS, name), 'utf8'),
    );
    expect(changed.map(([name]) => name)).toEqual([]);
    expect(made.files.size).toBe(6);
  });
}
