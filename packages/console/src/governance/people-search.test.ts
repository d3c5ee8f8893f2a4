import { expect, it } from 'vitest';
import { isFiltered, peopleSearch } from './people-search.ts';

it('the filters of a URL are read, and what is none of them is dropped', () => {
  expect(peopleSearch({ q: 'ada', team: 't', role: 'viewer', page: 2, other: 1 })).toEqual({
    q: 'ada',
    team: 't',
    role: 'viewer',
    page: 2,
  });
  expect(peopleSearch({ q: 42 })).toEqual({ q: '42' });
  expect(peopleSearch({ q: '', team: 7, role: 'owner', page: 1 })).toEqual({});
  expect(peopleSearch({ page: -1 })).toEqual({});
});

it('a page alone is no filter', () => {
  expect(isFiltered({ page: 3 })).toBe(false);
  expect(isFiltered({ role: 'admin' })).toBe(true);
});
