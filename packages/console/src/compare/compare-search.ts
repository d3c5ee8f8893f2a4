/** What the page compares, and how, kept in the URL. */

export interface CompareSearch {
  /** Version numbers; if absent, the page chooses. */
  readonly from?: number;
  readonly to?: number;
  /** A payload's ID: compare the rendered outputs instead of the templates. */
  readonly payload?: string;
  readonly view?: 'unified' | 'split';
  /** The configurations or the input schemas instead of the texts. */
  readonly part?: 'config' | 'schema';
}

export function compareSearch(search: Readonly<Record<string, unknown>>): CompareSearch {
  const { from, to, payload, view, part } = search;
  return {
    ...(isVersion(from) && { from }),
    ...(isVersion(to) && { to }),
    ...(typeof payload === 'string' && payload !== '' && { payload }),
    ...((view === 'unified' || view === 'split') && { view }),
    ...((part === 'config' || part === 'schema') && { part }),
  };
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

/** The two versions to compare. Defaults to the newest version against the live one, or against the one before it. */
export function comparedVersions(
  versions: readonly { readonly version: number; readonly status: string }[],
  { from, to }: CompareSearch,
): { readonly from: number; readonly to: number } | undefined {
  const numbers = versions.map(({ version }) => version).toSorted((one, other) => other - one);
  const newest = numbers[0];
  if (newest === undefined) return undefined;
  const right = to !== undefined && numbers.includes(to) ? to : newest;
  if (from !== undefined && numbers.includes(from)) return { from, to: right };
  const live = versions.find(({ status }) => status === 'live')?.version;
  const left = live !== undefined && live !== right ? live : (numbers.find((one) => one < right) ?? right);
  return { from: left, to: right };
}
