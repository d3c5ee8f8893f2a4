/** What follows when an owner compares its database with the stream. */
import type { DatabaseIdentity } from './database-identity.ts';

/** The fence row: the server that was accepted last. */
export interface Fence {
  /** Empty when no server has been accepted yet. */
  readonly system: string;
  readonly timeline: number;
  /** Readers must be in an epoch that says that the database went back in this one or later; empty when it never did. */
  readonly wentBack: string;
}

export interface Findings {
  readonly fence: Fence;
  readonly identity: DatabaseIdentity & { readonly timeline: number };
  /** The server that this process published from last; undefined before it has. */
  readonly trusted?: DatabaseIdentity | undefined;
  /** The stream shows a later revision than the database has, of at least one subject. */
  readonly behind: boolean;
  /**
   * It was found after a server had been accepted: what another one's writers still had on the way came later, or took a revision that was given
   * a second time. Then any promotion explains it.
   */
  readonly late?: boolean;
}

/**
 * `accept`: nothing is lost. `return`: a failover or a recovery lost rows, and readers must take the database's state.
 * `foreign`, `unfenced`, `older`: nobody but an operator knows whether this is the right database.
 */
export type Verdict = 'accept' | 'return' | 'foreign' | 'unfenced' | 'older';

/** Of a server that was never promoted. */
const FIRST_TIMELINE = 1;

export function judge({ fence, identity, trusted, behind, late = false }: Findings): Verdict {
  if (!behind) return 'accept';
  if (fence.system === '') return 'unfenced';
  if (fence.system !== identity.system) return 'foreign';
  // Another replica may have accepted the later timeline without having seen what was lost, where NATS lost it, too.
  const before = trusted?.system === identity.system ? (trusted.timeline ?? 0) : fence.timeline;
  return identity.timeline > Math.min(before, fence.timeline, late ? FIRST_TIMELINE : before)
    ? 'return'
    : 'older';
}

const WHAT_TO_DO =
  'Point DATABASE_URL at the right server, or accept this one by npm run adopt-database -- --replace.';

/** For operators, by verdict: why nothing is published. */
export const refusals: Readonly<Record<Exclude<Verdict, 'accept' | 'return'>, string>> = {
  foreign: `The database lacks changes that the stream shows, and its server is another one than before. ${WHAT_TO_DO}`,
  unfenced: `The database lacks changes that the stream shows, and does not say which server it was published from. ${WHAT_TO_DO}`,
  older: `The database lacks changes that the stream shows, and no failover explains it. ${WHAT_TO_DO}`,
};
