/** What a reader of an unknown address may have meant: the words of the address, and the pages that share most of them. */

import { boostOf } from './search-boost.ts';

export interface PageLink {
  readonly text: string;
  readonly link: string;
}

/** `sdk ruby` of `/docs/sdk/ruby.html`. */
export function wordsOf(path: string): string {
  let text = path;
  try {
    text = decodeURIComponent(path);
  } catch {
    // Not an address that anybody wrote down; its letters will do.
  }
  return split(text.replace(/^\/docs\//, '').replace(/\.(?:html|md)$/, ''))
    .slice(0, 8)
    .join(' ');
}

function split(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

/**
 * At most five pages, the nearest first.
 *
 * @param words as `wordsOf` gives them
 */
export function nearestPages(words: string, pages: readonly PageLink[]): PageLink[] {
  const wanted = words
    .toLowerCase()
    .split(' ')
    .filter((word) => word.length > 1);
  return pages
    .map((page) => ({ page, score: scoreOf(wanted, page) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 5)
    .map(({ page }) => page);
}

/** A word counts when the page has it, and half when one of the two begins with the other. Of equal pages, guides and short addresses are nearer. */
function scoreOf(wanted: readonly string[], { text, link }: PageLink): number {
  const present = [...new Set(split(`${link} ${text}`.toLowerCase()))];
  const counts = wanted.map((word): number => {
    if (present.includes(word)) return 1;
    const isNear = (other: string) =>
      Math.min(word.length, other.length) > 3 && (other.startsWith(word) || word.startsWith(other));
    return present.some(isNear) ? 0.5 : 0;
  });
  const score = counts.reduce((sum, count) => sum + count, 0);
  return score === 0 ? 0 : score - present.length / 100 - (1 - boostOf(`/docs${link}`)) / 4;
}
