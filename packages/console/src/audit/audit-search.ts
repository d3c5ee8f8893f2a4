/** The filters of the audit log, kept in the URL. */

/** Days are written like 2026-11-30: `from` is the first, `to` the last. */
export interface AuditSearch {
  /** One action, or a group of them such as `version.*`. */
  readonly action?: string;
  /** The ID of a person or an API key. */
  readonly actor?: string;
  /** A team's ID. */
  readonly team?: string;
  readonly from?: string;
  readonly to?: string;
}

const patterns: { readonly [Key in keyof Required<AuditSearch>]: RegExp } = {
  action: /^[a-z_]+\.(\*|[a-z_]+)$/,
  actor: /^[\da-f-]{36}$/,
  team: /^[\da-f-]{36}$/,
  from: /^\d{4}-\d\d-\d\d$/,
  to: /^\d{4}-\d\d-\d\d$/,
};

/** Reads the filters from a URL's query, or from other filters. Drops anything else. */
export function auditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const read = (name: keyof AuditSearch): AuditSearch => {
    const value = search[name];
    return typeof value === 'string' && patterns[name].test(value) ? { [name]: value } : {};
  };
  return {
    ...read('action'),
    ...read('actor'),
    ...read('team'),
    ...dayIn(read('from')),
    ...dayIn(read('to')),
  };
}

/** No day that the calendar does not have. */
function dayIn(day: Pick<AuditSearch, 'from' | 'to'>): AuditSearch {
  const isKnown = !Number.isNaN(Date.parse(`${day.from ?? day.to ?? ''}T00:00:00`));
  return isKnown ? day : {};
}

export function isFiltered(search: AuditSearch): boolean {
  return Object.keys(search).length > 0;
}
