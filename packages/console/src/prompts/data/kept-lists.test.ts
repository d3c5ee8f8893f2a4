import { describe, expect, it } from 'vitest';
import { type KeptPrompts, readKept, withFavourite, withoutPrompt, withVisit } from './kept-lists.ts';

const empty: KeptPrompts = { recent: [], favourites: [] };
const prompt = (id: string) => ({ id, teamId: 'team' });
const ids = (prompts: KeptPrompts['recent']) => prompts.map(({ id }) => id);

describe('what a browser keeps of prompts', () => {
  it('has each visited prompt once, the last one first, and not too many', () => {
    const visited = ['a', 'b', 'a', 'c'].map(prompt).reduce(withVisit, empty);
    expect(ids(visited.recent)).toEqual(['c', 'a', 'b']);
    const many = Array.from({ length: 50 }, (_, at) => prompt(`p${at}`)).reduce(withVisit, empty);
    expect([many.recent.length, many.recent[0]?.id]).toEqual([20, 'p49']);
    expect(withVisit(empty, { id: 'a', teamId: 'other' }).recent).toEqual([{ id: 'a', teamId: 'other' }]);
  });

  it('has favourites until they are removed, or the prompt is gone', () => {
    const kept = ['a', 'b'].map(prompt).reduce((all, one) => withFavourite(all, one, true), empty);
    expect(ids(kept.favourites)).toEqual(['b', 'a']);
    expect(ids(withFavourite(kept, prompt('b'), false).favourites)).toEqual(['a']);
    expect(withoutPrompt(withVisit(kept, prompt('a')), 'a')).toEqual({
      recent: [],
      favourites: [prompt('b')],
    });
  });

  it('survives what somebody else stored', () => {
    const kept = withVisit(withFavourite(empty, prompt('a'), true), prompt('b'));
    expect(readKept(JSON.stringify(kept))).toEqual(kept);
    for (const text of [null, '', '{', '3', 'null', '[]', '{"recent":3}', '{"recent":[null,1,{"id":2}]}']) {
      expect(readKept(text), String(text)).toEqual(empty);
    }
  });
});
