/**
 * Connects the generated client: its requests go the way of `Px0`'s own, with revisions, time limits and retries, and what comes back as an error is
 * thrown as this package's errors.
 */
import { Configuration, type Middleware } from './generated/index.ts';
import { judgeError } from './judge.ts';
import { type Px0Options, requireObject, settingsOf } from './options.ts';
import type { Px0 } from './px0.ts';
import { Transport } from './transport.ts';
import { fetchThrough } from './transport-fetch.ts';

export interface ApiOptions
  extends Pick<Px0Options, 'host' | 'timeoutMs' | 'attemptTimeoutMs' | 'retries' | 'fetch'> {
  /** `PX0_ACCESS_TOKEN` unless given; null: none, for operations that need none, such as `login`. */
  readonly accessToken?: string | null;
}

/**
 * The configuration for an API class: `new PromptsApi(apiConfiguration())`. Made of a client it shares that one's settings and revision.
 *
 * @throws UsageError for options with which it cannot work
 */
export function apiConfiguration(from: Px0 | ApiOptions = {}): Configuration {
  requireObject('the options', from);
  const { host, fetch } = 'render' in from ? from : connect(from);
  return new Configuration({ basePath: host, fetchApi: fetch, middleware: [typedErrors(host)] });
}

function connect({ accessToken, ...options }: ApiOptions): Pick<Px0, 'host' | 'fetch'> {
  const isAnonymous = accessToken === null;
  const settings = settingsOf({
    ...options,
    // What is not given must stay absent, for the environment to count.
    ...(isAnonymous ? { accessToken: 'none' } : accessToken !== undefined && { accessToken }),
  });
  const transport = new Transport(isAnonymous ? { ...settings, accessToken: undefined } : settings);
  return { host: settings.host, fetch: fetchThrough(transport) };
}

function typedErrors(host: string): Middleware {
  return {
    async post({ response }) {
      const { status, headers, ok } = response;
      if (!ok) throw judgeError(host, { status, headers, text: await response.text() });
    },
    async onError({ error }) {
      // The generated client would hide it in an error of its own, be it this package's or the reason of the caller's signal.
      throw error;
    },
  };
}
