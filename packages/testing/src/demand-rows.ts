/**
 * What `Px0-Min-Revision` and `Px0-Consistency` mean, row by row, as `docs/concepts/revisions.md` states it. Every path that answers
 * requests is tested with these rows, so that no path gives the headers a meaning of its own.
 */
import { type ErrorCode, errorCatalog } from '@px0/contracts';
import { decodeToken, encodeToken, GATEWAY_TOKEN, revisionHeaders } from '@px0/event-bus';

export interface DemandRow {
  /** Whether the answering process can follow the event stream. */
  readonly nats: 'there' | 'away';
  /** The value of `Px0-Min-Revision`; a token of the gateway is one that it added to a request without a token. */
  readonly token:
    | 'absent'
    | 'empty'
    | 'malformed'
    | 'covered'
    | 'covered, by the gateway'
    | 'ahead'
    | 'of a later epoch';
  /** The value of `Px0-Consistency`. */
  readonly consistency: string | undefined;
  readonly caller: 'known' | 'awaits rights';
  readonly outcome: DemandOutcome;
}

/** An answer, an answer with `Px0-Stale: true`, or the refusal. */
type DemandOutcome =
  | 'answer'
  | 'stale'
  | Extract<ErrorCode, 'revisionNotYetAvailable' | 'invalidRevision' | 'invalidConsistency'>;

const REFUSALS = ['revisionNotYetAvailable', 'invalidRevision', 'invalidConsistency'] as const;

function row(
  nats: DemandRow['nats'],
  token: DemandRow['token'],
  consistency: string | undefined,
  outcome: DemandOutcome,
  caller: DemandRow['caller'] = 'known',
): DemandRow {
  return { nats, token, consistency, caller, outcome };
}

export const demandRows: readonly DemandRow[] = [
  row('there', 'absent', undefined, 'answer'),
  row('there', 'empty', undefined, 'answer'),
  row('there', 'covered', undefined, 'answer'),
  row('there', 'ahead', undefined, 'stale'),
  row('there', 'of a later epoch', undefined, 'stale'),
  row('there', 'absent', undefined, 'stale', 'awaits rights'),
  row('there', 'covered', undefined, 'stale', 'awaits rights'),

  row('there', 'absent', '', 'answer'),
  row('there', 'empty', '', 'answer'),
  row('there', 'ahead', '', 'stale'),

  row('there', 'absent', 'require', 'answer'),
  row('there', 'empty', 'require', 'answer'),
  row('there', 'covered', 'require', 'answer'),
  row('there', 'covered, by the gateway', 'require', 'answer'),
  row('there', 'ahead', 'require', 'revisionNotYetAvailable'),
  row('there', 'of a later epoch', 'require', 'revisionNotYetAvailable'),
  row('there', 'absent', 'require', 'revisionNotYetAvailable', 'awaits rights'),
  row('there', 'covered', 'require', 'revisionNotYetAvailable', 'awaits rights'),

  row('there', 'malformed', undefined, 'invalidRevision'),
  row('there', 'malformed', 'require', 'invalidRevision'),
  row('there', 'absent', 'Require', 'invalidConsistency'),
  row('there', 'covered', 'require, require', 'invalidConsistency'),
  row('there', 'malformed', 'strong', 'invalidConsistency'),

  row('away', 'absent', undefined, 'stale'),
  row('away', 'empty', undefined, 'stale'),
  row('away', 'covered', undefined, 'stale'),
  row('away', 'ahead', undefined, 'stale'),
  row('away', 'absent', undefined, 'stale', 'awaits rights'),

  row('away', 'absent', '', 'stale'),
  row('away', 'covered', '', 'stale'),

  row('away', 'absent', 'require', 'revisionNotYetAvailable'),
  row('away', 'empty', 'require', 'revisionNotYetAvailable'),
  row('away', 'covered', 'require', 'stale'),
  row('away', 'covered, by the gateway', 'require', 'revisionNotYetAvailable'),
  row('away', 'ahead', 'require', 'revisionNotYetAvailable'),
  row('away', 'covered', 'require', 'revisionNotYetAvailable', 'awaits rights'),

  row('away', 'malformed', undefined, 'invalidRevision'),
  row('away', 'absent', 'Require', 'invalidConsistency'),
];

/** The row's headers, for a process whose last answer had this `Px0-Revision`. */
export function demandHeaders(
  { token, consistency }: Pick<DemandRow, 'token' | 'consistency'>,
  covered: string,
): Record<string, string> {
  const { epoch = '', sequence = 0 } = decodeToken(covered) ?? {};
  const tokens: Readonly<Record<DemandRow['token'], string | undefined>> = {
    absent: undefined,
    empty: '',
    malformed: 'nonsense',
    covered,
    'covered, by the gateway': covered,
    ahead: encodeToken({ epoch, sequence: sequence + 1_000_000 }),
    'of a later epoch': encodeToken({ epoch: '9999999999999', sequence: 1 }),
  };
  const minRevision = tokens[token];
  return {
    ...(minRevision !== undefined && { [revisionHeaders.minRevision]: minRevision }),
    ...(token === 'covered, by the gateway' && { [GATEWAY_TOKEN.name]: GATEWAY_TOKEN.value }),
    ...(consistency !== undefined && { [revisionHeaders.consistency]: consistency }),
  };
}

/** What an answer with this status, these headers and this text amounts to. Refusals for other reasons count as answers. */
export function demandOutcome({ status, headers }: Response, text: string): DemandOutcome {
  const refusal = REFUSALS.find(
    (code) => errorCatalog[code].status === status && text.includes(errorCatalog[code].message),
  );
  return refusal ?? (headers.get(revisionHeaders.stale) === 'true' ? 'stale' : 'answer');
}
