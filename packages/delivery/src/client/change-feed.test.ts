import { describe, expect, it } from 'vitest';
import { ChangeFeed } from './change-feed.ts';
import type { Change } from './changes.ts';

function change(slug: string): Change {
  return { slug, promptId: slug, teamId: 't', kind: 'live', before: null, after: null };
}

function feed() {
  const errors: unknown[] = [];
  const clock = { now: () => 0, random: () => 0.5, after: () => () => {}, turn: () => Promise.resolve() };
  return { feed: new ChangeFeed(clock, (error) => errors.push(error)), errors };
}

const told = () => new Promise((resolve) => setImmediate(resolve));

describe('the feed of changes', () => {
  it('tells each listener of its slug, in order, and not before the caller has ended', async () => {
    const { feed: changes } = feed();
    const all: string[] = [];
    const some: string[] = [];
    changes.listen('*', ({ slug }) => all.push(slug));
    const end = changes.listen('b', ({ slug }) => some.push(slug));
    for (const slug of ['a', 'b', 'c']) changes.push(change(slug));
    expect(all).toEqual([]);
    await told();
    expect([all, some]).toEqual([['a', 'b', 'c'], ['b']]);
    end();
    changes.push(change('b'));
    await told();
    expect(some).toEqual(['b']);
  });

  it('keeps the latest thousand, and says that there were many', async () => {
    const { feed: changes } = feed();
    const slugs: string[] = [];
    changes.listen('*', ({ slug, kind }) => slugs.push(kind === 'many' ? 'many' : slug));
    for (let index = 0; index < 5_000; index += 1) changes.push(change(`p${index}`));
    await told();
    expect(slugs).toEqual(['many', ...Array.from({ length: 1_000 }, (_, index) => `p${index + 4_000}`)]);
  });

  it('goes on after a listener that throws', async () => {
    const { feed: changes, errors } = feed();
    const slugs: string[] = [];
    changes.listen('*', () => {
      throw new Error('mine');
    });
    changes.listen('*', ({ slug }) => slugs.push(slug));
    changes.push(change('a'));
    changes.push(change('b'));
    await told();
    expect(slugs).toEqual(['a', 'b']);
    expect(errors).toHaveLength(2);
  });

  it('waits for a listener that takes its time, and goes on after one that fails later', async () => {
    const { feed: changes, errors } = feed();
    const slugs: string[] = [];
    let goOn: () => void = () => {};
    changes.listen('*', async ({ slug }) => {
      slugs.push(`${slug} begins`);
      await new Promise<void>((resolve) => (goOn = resolve));
      slugs.push(`${slug} ends`);
      throw new Error('mine');
    });
    for (let index = 0; index < 1_002; index += 1) changes.push(change(`p${index}`));
    await told();
    expect(slugs).toEqual(['* begins']);
    goOn();
    await told();
    expect(slugs).toEqual(['* begins', '* ends', 'p2 begins']);
    expect(errors).toEqual([new Error('mine')]);
  });

  it('holds nothing while nobody listens', async () => {
    const { feed: changes } = feed();
    changes.push(change('a'));
    const slugs: string[] = [];
    changes.listen('*', ({ slug }) => slugs.push(slug));
    await told();
    expect(slugs).toEqual([]);
  });
});
