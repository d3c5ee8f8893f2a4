import type { StateOf } from '@px0/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromptDirectory, type PromptListener } from './prompt-directory.ts';

type PromptState = StateOf<'prompt'>;

function state(changes: Partial<PromptState> = {}): PromptState {
  return {
    team_id: 'team-1',
    slug: 'greeting',
    name: 'Greeting',
    status: 'active',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    live: { number: 1, template: 'Hello {{.name}}' },
    tags: {},
    versions: [[1, 'live', 1]],
    ...changes,
  };
}

let revision = 0;
function event(id: string, changes: Partial<PromptState> = {}) {
  revision += 1;
  return {
    name: 'prompt' as const,
    id,
    subject: `px0.state.registry.prompt.${id}`,
    revision,
    time: '2026-01-01T00:00:00Z',
    deleted: false as const,
    state: state(changes),
  };
}

function directory(onChange: PromptListener = () => {}) {
  return new PromptDirectory(onChange);
}

describe('the prompt directory', () => {
  it('finds a prompt by its slug in the teams that it is given, and nowhere else', () => {
    const prompts = directory();
    prompts.apply(event('p1'));
    expect(prompts.find('greeting', ['team-0', 'team-1'])?.id).toBe('p1');
    expect(prompts.find('greeting', ['team-2'])).toBeUndefined();
    expect(prompts.find('Greeting', ['team-1'])).toBeUndefined();
  });

  it('prefers an active prompt, then the earliest created, then the lowest id', () => {
    const prompts = directory();
    prompts.apply(event('p1', { team_id: 'a', status: 'archived', created_at: '2020-01-01T00:00:00Z' }));
    prompts.apply(event('p2', { team_id: 'b', created_at: '2026-01-01T00:00:00.12Z' }));
    prompts.apply(event('p3', { team_id: 'c', created_at: '2026-01-01T00:00:00.1Z' }));
    prompts.apply(event('p0', { team_id: 'd', created_at: '2026-01-01T00:00:00.1Z' }));
    for (const teams of [
      ['a', 'b', 'c', 'd'],
      ['d', 'c', 'b', 'a'],
    ]) {
      expect(prompts.find('greeting', teams)?.id).toBe('p0');
    }
    expect(prompts.find('greeting', ['a', 'b'])?.id).toBe('p2');
    expect(prompts.find('greeting', ['b', 'c'])?.id).toBe('p3');
    expect(prompts.find('greeting', ['a'])?.id).toBe('p1');
  });

  it('follows a prompt to another team', () => {
    const prompts = directory();
    prompts.apply(event('p1'));
    prompts.apply(event('p1', { team_id: 'team-2' }));
    expect(prompts.find('greeting', ['team-1'])).toBeUndefined();
    expect(prompts.find('greeting', ['team-2'])?.id).toBe('p1');
  });

  it('keeps a slot that another prompt has taken before the first one left it', () => {
    const prompts = directory();
    prompts.apply(event('p1'));
    prompts.apply(event('p2'));
    prompts.apply(event('p1', { team_id: 'team-2' }));
    expect(prompts.find('greeting', ['team-1'])?.id).toBe('p2');
  });

  it('forgets a dropped prompt', () => {
    const prompts = directory();
    prompts.apply(event('p1'));
    prompts.drop('prompt', 'p1');
    expect(prompts.size).toBe(0);
    expect(prompts.find('greeting', ['team-1'])).toBeUndefined();
  });

  it('keeps the compiled template while the live version stays the same, and only then', () => {
    const prompts = directory();
    prompts.apply(event('p1'));
    const compiled = prompts.byId('p1')?.live?.compiled();
    prompts.apply(event('p1', { tags: { prod: 1 } }));
    expect(prompts.byId('p1')?.live?.compiled()).toBe(compiled);
    expect(prompts.byId('p1')?.live?.tags()).toEqual(['prod']);
    prompts.apply(event('p1', { live: { number: 2, template: 'Hello {{.name}}' } }));
    expect(prompts.byId('p1')?.live?.compiled()).not.toBe(compiled);
  });

  it('finds any version number of the table, and only those', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), (numbers) => {
        const prompts = directory();
        const versions = numbers.sort((a, b) => a - b).map((number) => [number, 'draft', 1] as const);
        prompts.apply(event('p1', { live: null, versions }));
        for (let number = -1; number <= 61; number += 1) {
          expect(prompts.byId('p1')?.versionRow(number)?.[0]).toBe(
            numbers.includes(number) ? number : undefined,
          );
        }
      }),
    );
  });

  it('knows no tag that the prompt does not have, not even one of every object', () => {
    const prompts = directory();
    prompts.apply(event('p1', { tags: { prod: 1 } }));
    expect(prompts.byId('p1')?.taggedNumber('prod')).toBe(1);
    expect(prompts.byId('p1')?.taggedNumber('constructor')).toBeUndefined();
    expect(prompts.byId('p1')?.taggedNumber('__proto__')).toBeUndefined();
  });

  it('tells its listener of every change', () => {
    const seen: [string | undefined, string | undefined][] = [];
    const prompts = directory((previous, entry) => seen.push([previous?.slug, entry?.slug]));
    prompts.apply(event('p1'));
    prompts.apply(event('p1', { slug: 'other' }));
    prompts.drop('prompt', 'p1');
    prompts.drop('prompt', 'p1');
    expect(seen).toEqual([
      [undefined, 'greeting'],
      ['greeting', 'other'],
      ['other', undefined],
    ]);
  });
});
