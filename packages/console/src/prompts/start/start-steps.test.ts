import { describe, expect, it } from 'vitest';
import { leadingPrompt, type StartPrompt, startSteps } from './start-steps.ts';

const prompt = (id: string, more: Partial<StartPrompt> = {}): StartPrompt => ({
  id,
  name: id,
  versions: 0,
  version: undefined,
  isLive: false,
  payloads: 0,
  renders: 0,
  ...more,
});

function done(prompts: readonly StartPrompt[], hasKey?: boolean): string {
  return startSteps({ prompts, hasKey })
    .map(({ id, isDone }) => `${isDone ? '+' : '-'}${id}`)
    .join(' ');
}

describe('the first steps', () => {
  it('are done by what there is, by any of the prompts', () => {
    expect(done([], false)).toBe('-write -payload -live -key -render');
    expect(done([prompt('a')], false)).toBe('-write -payload -live -key -render');
    expect(done([prompt('a', { versions: 1, isLive: true }), prompt('b', { payloads: 1 })], true)).toBe(
      '+write +payload +live +key -render',
    );
    expect(done([prompt('a', { versions: 1, isLive: true, payloads: 1, renders: 3 })], true)).toBe(
      '+write +payload +live +key +render',
    );
  });

  it('have no key for those who may not see keys', () => {
    expect(done([prompt('a', { versions: 2 })])).toBe('+write -payload -live -render');
  });

  it('go on with the prompt that is furthest', () => {
    const live = prompt('live', { versions: 2, isLive: true });
    expect(leadingPrompt([prompt('new'), live, prompt('draft', { versions: 1 })])).toBe(live);
    expect(leadingPrompt([prompt('first'), prompt('second')])?.id).toBe('first');
    expect(leadingPrompt([])).toBeUndefined();
  });
});
