import { describe, expect, it } from 'vitest';
import { consolePages } from './console-pages.ts';

const table = {
  files: ['assets/a.js'],
  frame: [0],
  inside: { '/prompts': [0], '/prompts/$promptId/versions/$version': [0], '/orgs/$orgId/keys': [] },
  entrance: { '/login': [0] },
};

function pageWith(value: unknown): string {
  return `<meta name="px0-pages" content="${JSON.stringify(value).replaceAll('"', '&quot;')}">`;
}

describe('the pages of the console', () => {
  it('are the routes that its build names, with any value in place of a parameter', () => {
    const isPage = consolePages(pageWith(table));
    for (const path of [
      '/prompts',
      '/prompts/',
      '/Prompts',
      '/prompts/p-1/versions/3',
      '/orgs/a%20b/keys',
      '/login',
    ]) {
      expect(isPage(path), path).toBe(true);
    }
    for (const path of [
      '/',
      '/prompt',
      '/prompts/p-1',
      '/prompts//versions/3',
      '/prompts/p/versions/3/more',
      '/robots.txt',
      '/login/x',
      '//login',
    ]) {
      expect(isPage(path), path).toBe(false);
    }
  });

  it('must be named, so that a build of another kind is noticed', () => {
    expect(() => consolePages('<!doctype html>')).toThrow('does not name its pages');
    expect(consolePages(pageWith(null))('/prompts')).toBe(false);
  });
});
