/** Reads the three chains of an organization, a page of each at a time, from the newest entry back. */
import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '../api/mod.ts';
import { type Context, contexts, type Known, type Line, linesIn } from './audit-lines.ts';

export interface AuditFilters {
  /** `version.*`, or a whole action. */
  readonly action?: string;
  /** A user or an API key. */
  readonly actor?: string;
  readonly team_id?: string;
  /** RFC 3339. */
  readonly from?: string;
  readonly to?: string;
}

const operations = {
  identity: 'exportIdentityAudit',
  tenancy: 'exportTenancyAudit',
  registry: 'exportRegistryAudit',
} as const satisfies { readonly [C in Context]: string };

/** Entries of each chain in a page of the list. */
const PER_PAGE = 50;
/** The most that px0 gives at once. */
const PER_EXPORT = 10_000;

/** Where to go on in each chain. */
type Places = { readonly [C in Context]: number | 'newest' | 'end' };

interface Page {
  readonly chains: { readonly [C in Context]: Known };
}

export function auditPages(orgId: string, filters: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: ['exportAudit', orgId, filters] as const,
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const read = async (context: Context): Promise<Known> => {
        const place = pageParam[context];
        if (place === 'end') return { lines: [], isWhole: true };
        const before = place === 'newest' ? undefined : place;
        const query = { ...filters, order: 'desc', limit: PER_PAGE, before };
        const { text } = await api.text(operations[context], { params: { orgID: orgId }, query, signal });
        const lines = linesIn(text);
        return { lines, isWhole: lines.length < PER_PAGE };
      };
      const [identity, tenancy, registry] = await Promise.all(contexts.map(read));
      const none: Known = { lines: [], isWhole: true };
      return { chains: { identity: identity ?? none, tenancy: tenancy ?? none, registry: registry ?? none } };
    },
    initialPageParam: { identity: 'newest', tenancy: 'newest', registry: 'newest' } as Places,
    getNextPageParam: ({ chains }): Places | undefined => {
      const placeOf = (context: Context): Places[Context] => {
        const { lines, isWhole } = chains[context];
        return isWhole ? 'end' : (lines.at(-1)?.number ?? 'end');
      };
      const places = {
        identity: placeOf('identity'),
        tenancy: placeOf('tenancy'),
        registry: placeOf('registry'),
      };
      return contexts.every((context) => places[context] === 'end') ? undefined : places;
    },
  });
}

/** What is known of each chain after some pages. */
export function chainsOf(pages: readonly Page[]): readonly Known[] {
  return contexts.map((context) => ({
    lines: pages.flatMap(({ chains }) => chains[context].lines),
    isWhole: pages.at(-1)?.chains[context].isWhole ?? false,
  }));
}

/** All lines of a chain that the filters leave, the oldest first, as px0 wrote them. */
export async function* wholeChain(
  orgId: string,
  context: Context,
  filters: AuditFilters = {},
): AsyncGenerator<{ readonly text: string; readonly lines: readonly Line[] }> {
  let after = 0;
  for (;;) {
    const { text } = await api.text(operations[context], {
      params: { orgID: orgId },
      query: { ...filters, after: String(after), limit: PER_EXPORT },
    });
    const lines = linesIn(text);
    if (lines.length === 0) return;
    yield { text, lines };
    after = lines.at(-1)?.number ?? after;
    if (lines.length < PER_EXPORT) return;
  }
}
