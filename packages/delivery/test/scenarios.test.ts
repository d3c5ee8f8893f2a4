import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileText, otherFiles, scenarioFiles } from './scenarios/all.ts';
import { play } from './scenarios/play.ts';
import type { Scenario } from './scenarios/scenario.ts';

const folder = join(import.meta.dirname, 'vectors', 'delivery');

function read(name: string): readonly Scenario[] {
  const scenarios: readonly Scenario[] = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  return scenarios;
}

describe('the scenarios', () => {
  it.each(Object.entries(scenarioFiles))('of %s are those that the generator makes', (name, scenarios) => {
    expect(readFileSync(join(folder, `${name}.json`), 'utf8')).toBe(fileText(scenarios));
  });

  it('have no files besides, and ids of their own', () => {
    const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
    expect(names.toSorted()).toEqual(Object.keys(scenarioFiles).toSorted());
    const ids = names.flatMap((name) => read(name).map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it.each(Object.entries(otherFiles))('the cases of %s are those that the generator makes', (name, cases) => {
  const text = readFileSync(join(folder, '..', `${name}.json`), 'utf8');
  expect(text).toBe(fileText(cases));
});

describe.each(Object.keys(scenarioFiles))('a client in %s', (name) => {
  it.each(read(name))('does as $id says', async (scenario) => {
    expect(await play(scenario)).toEqual([]);
  });
});
