/** Whose usage is shown, and how far back, kept in the URL. */

export const usageDays = ['7', '30', '90'] as const;
export type UsageDays = (typeof usageDays)[number];

export interface UsageSearch {
  /** A team's ID; absent: all the user's teams. */
  readonly team?: string;
  /** Absent: 30. */
  readonly days?: Exclude<UsageDays, '30'>;
}

/** Reads a URL's query. Drops anything else, and defaults. */
export function usageSearch(search: Readonly<Record<string, unknown>>): UsageSearch {
  const { team } = search;
  // The router parses values that look like JSON.
  const days = String(search['days']);
  return {
    ...(typeof team === 'string' && team !== '' ? { team } : {}),
    ...(days === '7' || days === '90' ? { days } : {}),
  };
}
