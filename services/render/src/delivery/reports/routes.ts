/** Transport of usage reports. */
import type { Principal } from '@px0/access';
import { BadBody, bodyOrHint, routes } from '@px0/contracts';
import { HeavyRefusal, isLightJson } from '@px0/heavy-renders';
import { ApiError, type Handlers } from '@px0/service-kit';
import { type HeavyRenders, reportOf } from '../../heavy/mod.ts';
import { unavailable } from '../request/unavailable.ts';
import { ownerOf } from '../stream/subscriptions.ts';
import type { GivenReport } from './reported-rows.ts';
import type { UsageReports } from './usage-reports.ts';

/** How many rows of a request were not counted. */
const DROPPED_HEADER = 'Px0-Dropped';

export function reportRoutes(reports: Pick<UsageReports, 'take'>, heavy: HeavyRenders) {
  return {
    reportUsage: async ({ principal, bodyBytes, setHeader, signal }) => {
      if (principal.kind === 'anonymous') throw new ApiError('unauthorized');
      const bytes = bodyBytes();
      const parse = () => parsed(bytes, heavy, ownerOf(principal), signal);
      const dropped = await reports.take(principal, bytes.length, parse);
      if (dropped > 0) setHeader(DROPPED_HEADER, String(dropped));
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

/** A body of many rows is parsed in a worker thread: renders must not wait for it. */
async function parsed(
  bytes: Buffer,
  heavy: HeavyRenders,
  owner: string,
  signal: AbortSignal,
): Promise<readonly (() => GivenReport)[] | undefined> {
  if (isLightJson(bytes)) {
    const body = bodyOrHint(routes.reportUsage, bytes.toString('utf8'));
    if (body instanceof BadBody) throw new ApiError('invalidRequestBody', { hint: body.hint });
    return body.reports?.map((report) => () => report);
  }
  try {
    const reports = await heavy.parseReports(owner, bytes, signal);
    return reports?.map((report) => () => reportOf(report));
  } catch (error) {
    if (!(error instanceof HeavyRefusal) || error.reason === 'abandoned') throw error;
    // The pool's own words are about renders.
    throw error.reason === 'stopping' ? unavailable() : new ApiError('tooManyRequests');
  }
}
