/** Connects the generated client: its requests go the way of `Px0`'s own, with revisions, time limits and retries. */
import { readable } from './errors.ts';
import { Configuration } from './generated/index.ts';
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
  const { host, fetch } = readable('the options', () => ('render' in from ? from : connect(from)));
  return new Configuration({ basePath: host, fetchApi: fetch });
}

function connect({ accessToken, ...options }: ApiOptions): Pick<Px0, 'host' | 'fetch'> {
  const isAnonymous = accessToken === null;
  const settings = settingsOf({
    ...options,
    mode: 'remote',
    // What is not given must stay absent, for the environment to count.
    ...(isAnonymous ? { accessToken: 'none' } : accessToken !== undefined && { accessToken }),
  });
  const transport = new Transport(isAnonymous ? { ...settings, accessToken: undefined } : settings);
  return { host: settings.host, fetch: fetchThrough(transport) };
}
