/** What a client is made with. Every number is in milliseconds unless it says otherwise; an impossible value is refused when the client is made. */
import { UsageError } from './errors.ts';
import type { Fallback } from './fallbacks.ts';

export interface CacheOptions {
  /** How long a template is served without asking px0; 0 unless given: a promotion counts from the next render on. */
  readonly freshMs?: number;
  /** How much longer it is served while one request in the background asks; 0 unless given. */
  readonly staleWhileRevalidateMs?: number;
  /** 1,000 unless given. */
  readonly maxEntries?: number;
  /** Of memory for templates; 64 MiB unless given. */
  readonly maxBytes?: number;
}

export interface Px0Options {
  /** px0's address; `PX0_HOST` or http://localhost:8000 unless given. */
  readonly host?: string;
  /** An API key, or a session token; `PX0_ACCESS_TOKEN` unless given. */
  readonly accessToken?: string;
  /** A whole call, with its retries; 5,000 unless given. */
  readonly timeoutMs?: number;
  /** One request; 2,000 unless given. */
  readonly attemptTimeoutMs?: number;
  /** How often a request is sent again at most; 2 unless given. */
  readonly retries?: number;
  /** What is kept for an outage, and for how long it is served without asking. `false` keeps nothing. */
  readonly cache?: CacheOptions | false;
  /** A file in which the templates survive a restart. */
  readonly snapshotFile?: string;
  /** What is rendered when nothing else is there, by slug. */
  readonly fallbacks?: Readonly<Record<string, Fallback>>;
  /** The team of every call that names none; unless given, the first team with that slug among those that the token sees. */
  readonly teamId?: string;
  /** Gets what is wrong but stops nothing, such as a broken snapshot. Written to the console unless given. */
  readonly onWarning?: (message: string) => void;
  /** Sends the requests; the global `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The options with everything that was left out. */
export interface Settings {
  readonly host: string;
  readonly accessToken: string;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly retries: number;
  /** Undefined: nothing is kept. */
  readonly cache: Required<CacheOptions> | undefined;
  readonly snapshotFile: string | undefined;
  readonly fallbacks: Readonly<Record<string, Fallback>>;
  readonly teamId: string | null;
  readonly onWarning: (message: string) => void;
  readonly fetch: typeof globalThis.fetch;
}

const DEFAULT_HOST = 'http://localhost:8000';

/** @throws UsageError for settings with which no client can work */
export function settingsOf(options: Px0Options): Settings {
  const { timeoutMs = 5_000, attemptTimeoutMs = 2_000, retries = 2, snapshotFile } = options;
  const cache = options.cache === false ? undefined : cacheOf(options.cache ?? {});
  requireNumbers({ timeoutMs, attemptTimeoutMs, retries, ...cache });
  if (snapshotFile !== undefined && cache === undefined)
    throw new UsageError('a snapshot file needs the cache');
  return {
    host: hostOf(options.host),
    accessToken: accessTokenOf(options.accessToken),
    timeoutMs,
    attemptTimeoutMs,
    retries,
    cache,
    snapshotFile,
    fallbacks: options.fallbacks ?? {},
    teamId: options.teamId ?? null,
    onWarning: options.onWarning ?? warnOnConsole,
    // Looked up at each request, so that what an application puts in its place is used.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

function cacheOf({
  freshMs = 0,
  staleWhileRevalidateMs = 0,
  maxEntries = 1_000,
  maxBytes = 64 * 1024 * 1024,
}: CacheOptions): Required<CacheOptions> {
  return { freshMs, staleWhileRevalidateMs, maxEntries, maxBytes };
}

function warnOnConsole(message: string): void {
  // biome-ignore lint/suspicious/noConsole: where an application hears of it that has named no other place
  console.warn(`px0: ${message}`);
}

/** An origin without a trailing slash. @throws UsageError */
export function hostOf(given: string | undefined): string {
  const host = given ?? (environment('PX0_HOST') || DEFAULT_HOST);
  if (!URL.canParse(host) || !/^https?:$/.test(new URL(host).protocol)) {
    throw new UsageError(`the host ${JSON.stringify(host)} is no http or https address`);
  }
  return host.replace(/\/+$/, '');
}

/** @throws UsageError when there is none */
function accessTokenOf(given: string | undefined): string {
  const token = given ?? environment('PX0_ACCESS_TOKEN');
  if (!token) throw new UsageError('no access token: pass accessToken or set PX0_ACCESS_TOKEN');
  // Otherwise every request would fail before it is sent, and look like an outage.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('the access token has characters that no token has');
  return token;
}

function requireNumbers(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0)) throw new UsageError(`${name} must be a number of at least 0`);
  }
}

/** Where there is no environment, or it may not be read, nothing is set. */
function environment(name: string): string | undefined {
  try {
    return globalThis.process?.env?.[name];
  } catch {
    return undefined;
  }
}
