/**
 * Connects the generated client: its requests go the way of `Px0`'s own, with revisions, time limits and retries, and what comes back as an error is
 * thrown as this package's errors.
 */
import { Px0Error, refusal, UnreachableError } from './errors.ts';
import { Configuration, type Middleware } from './generated/index.ts';
import { parseObject } from './json.ts';
import { type Px0Options, settingsOf } from './options.ts';
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

const SERVER_ERROR = 500;
const TOO_MANY_REQUESTS = 429;

function typedErrors(host: string): Middleware {
  return {
    async post({ response }) {
      const { status } = response;
      if (status < 400) return;
      const body = parseObject(await response.text());
      const message = typeof body?.['error'] === 'string' ? body['error'] : `status ${status}`;
      if (status >= SERVER_ERROR || status === TOO_MANY_REQUESTS) {
        throw new UnreachableError(`px0 at ${host} answered ${status}: ${message}`, { status });
      }
      throw refusal(status, message);
    },
    async onError({ error }) {
      // The generated client would hide it in an error of its own.
      if (error instanceof Px0Error) throw error;
      return undefined;
    },
  };
}
