import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_FOLDER } from './folder-tree.ts';
import { listQuery, promptSearch, withFolder } from './list-search.ts';

it('what is no filter is dropped', () => {
  expect(promptSearch({ q: 'hi', sort: 'slug', status: 'active', tag: '', foo: 1 })).toEqual({ q: 'hi' });
});

it('a filter that looks like a value of JSON is a text', () => {
  expect(promptSearch({ q: 42, tag: 1 })).toEqual({ q: '42', tag: '1' });
  expect(promptSearch({ q: true, tag: null })).toEqual({ q: 'true', tag: 'null' });
});

it('without filters, the list shows active prompts, recently updated first', () => {
  expect(listQuery(promptSearch({}))).toMatchObject({ status: 'active', sort: '-changed_at' });
  expect(listQuery(promptSearch({ status: 'all' })).status).toBeUndefined();
});

it('a folder is listed with those below it, and no folder alone', () => {
  expect(listQuery(promptSearch({ folder: 'support/mail' })).folder).toBe('support/mail/');
  expect(listQuery(promptSearch({ folder: NO_FOLDER })).folder).toBe('/');
  expect(listQuery(promptSearch({ folder: '' })).folder).toBeUndefined();
  expect(withFolder({ team: 'a', folder: 'b', q: 'hi' }, undefined, undefined)).toEqual({ q: 'hi' });
});

it('content is searched for words only', () => {
  expect(listQuery(promptSearch({ in: 'content', q: 'hi' })).in).toBe('content');
  expect(listQuery(promptSearch({ in: 'content' })).in).toBeUndefined();
  expect(promptSearch({ in: 'names' })).toEqual({});
});

it('reading filters twice changes nothing', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('q', 'tag', 'team', 'status', 'sort', 'folder', 'in', 'x'),
        fc.anything(),
      ),
      (search) => {
        const once = promptSearch(search);
        expect(promptSearch({ ...once })).toEqual(once);
      },
    ),
  );
});
