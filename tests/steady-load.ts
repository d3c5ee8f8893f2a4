/** Requests at a steady rate for as long as a test needs them, and what became of them. */

import type { Account, Prompt } from '@px0/testing/world';
import autocannon from 'autocannon';

export interface LoadResult {
  readonly total: number;
  readonly failed: number;
}

/** Ends the load and says what became of its requests. */
export type EndLoad = () => Promise<LoadResult>;

interface Load {
  readonly origin: string;
  readonly token: string;
  /** Requests a second. */
  readonly rate: number;
  readonly requests: readonly autocannon.Request[];
}

/** Renders of one prompt with the account's key. */
export function steadyRenders(origin: string, rate: number, account: Account, prompt: Prompt): EndLoad {
  return steadyLoad({
    origin,
    rate,
    token: account.key.token,
    requests: [
      {
        method: 'POST',
        path: `/v1/prompts/${prompt.slug}/render`,
        body: JSON.stringify({ variables: { name: 'Ada' } }),
      },
    ],
  });
}

/** Reads of the given paths in turn with the account's session. */
export function steadyReads(
  origin: string,
  rate: number,
  account: Account,
  paths: readonly string[],
): EndLoad {
  const requests = paths.map((path) => ({ method: 'GET' as const, path }));
  return steadyLoad({ origin, rate, token: account.token, requests });
}

function steadyLoad({ origin, token, rate, requests }: Load): EndLoad {
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const run = autocannon(
    {
      url: origin,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      requests: [...requests],
      connections: 10,
      overallRate: rate,
      duration: 3_600,
      timeout: 10,
    },
    (error: unknown, result) => (error ? reject(error) : resolve(result)),
  );
  return async () => {
    run.stop?.();
    const { requests: made, non2xx, errors, timeouts } = await promise;
    return { total: made.total, failed: non2xx + errors + timeouts };
  };
}
