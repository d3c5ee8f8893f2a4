/** The filters of the people, kept in the URL. */
import type { TeamRole } from '../workspace/mod.ts';

export interface PeopleSearch {
  /** A part of the address. */
  readonly q?: string;
  /** A team's ID. */
  readonly team?: string;
  readonly role?: TeamRole;
  /** From 1. */
  readonly page?: number;
}

const roles = ['admin', 'editor', 'viewer'] as const satisfies readonly TeamRole[];

/** Reads the filters from a URL's query, or from other filters. Drops anything else, and defaults. */
export function peopleSearch(search: Readonly<Record<string, unknown>>): PeopleSearch {
  const { q, team, page } = search;
  const role = roles.find((one) => one === search['role']);
  // The router parses values that look like JSON.
  const text = typeof q === 'number' ? String(q) : q;
  return {
    ...(typeof text === 'string' && text !== '' && { q: text }),
    ...(typeof team === 'string' && team !== '' && { team }),
    ...(role !== undefined && { role }),
    ...(typeof page === 'number' && Number.isSafeInteger(page) && page > 1 && { page }),
  };
}

export function isFiltered({ q, team, role }: PeopleSearch): boolean {
  return q !== undefined || team !== undefined || role !== undefined;
}
