/** What the site's own scripts decide: the order of search results, and what an unknown address may mean. */
import { describe, expect, it } from 'vitest';
import { nearestPages, wordsOf } from '../theme/nearest-pages.ts';
import { boostOf } from '../theme/search-boost.ts';

describe('the search', () => {
  it('puts guides before the reference, and decision records last', () => {
    const pages = [
      '/docs/decisions/some-record#context',
      '/docs/runbooks/outbox-stuck',
      '/docs/concepts/roles#roles',
      '/docs/api-reference/prompts/create-a-prompt#request-body',
      '/docs/bounds#x',
      '/docs/api-reference/errors#_404',
    ];
    expect(pages.toSorted((one, other) => boostOf(other) - boostOf(one))).toEqual([
      '/docs/concepts/roles#roles',
      '/docs/api-reference/errors#_404',
      '/docs/api-reference/prompts/create-a-prompt#request-body',
      '/docs/runbooks/outbox-stuck',
      '/docs/bounds#x',
      '/docs/decisions/some-record#context',
    ]);
  });
});

describe('an unknown address', () => {
  const pages = [
    { text: 'Python SDK', link: '/sdk/python' },
    { text: 'Go SDK', link: '/sdk/go' },
    { text: 'Create a Prompt', link: '/api-reference/prompts/create-a-prompt' },
    { text: 'Create your first prompt', link: '/get-started/create-prompt' },
    { text: 'Roles', link: '/concepts/roles' },
  ];
  const near = (path: string) => nearestPages(wordsOf(path), pages).map(({ link }) => link);

  it.each([
    ['/docs/sdks/python.html', '/sdk/python'],
    ['/docs/guides/create_prompt', '/get-started/create-prompt'],
    ['/docs/concepts/role', '/concepts/roles'],
  ])('%s is near to %s', (path, expected) => {
    expect(near(path)[0]).toBe(expected);
  });

  it('that shares no word with a page is near to none', () => {
    expect(near('/docs/zebra')).toEqual([]);
    expect(near('/docs/')).toEqual([]);
  });

  it('becomes words, whatever it holds', () => {
    expect(wordsOf('/docs/a%20b/%E0%A4%A')).toBe('a 20b E0 A4 A');
    expect(wordsOf(`/docs/${'word-'.repeat(100)}`)).toBe(Array(8).fill('word').join(' '));
  });
});
