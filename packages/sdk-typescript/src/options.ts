/** What a client is made with. Every number is in milliseconds unless it says otherwise; an impossible value is refused when the client is made. */
import { readable, UsageError } from './errors.ts';
import type { Fallback } from './fallback.ts';
import { isObject, isTextList } from './json.ts';
import { hasDotSegment, pathSegment } from './path-segment.ts';
import { type Service, serviceOf } from './usage/service.ts';

export interface CacheOptions {
  /** How long a version is served without asking px0; 0 unless given: a promotion counts from the next render on. */
  readonly freshMs?: number;
  /** How much longer it is served while one request in the background asks; 0 unless given. */
  readonly staleWhileRevalidateMs?: number;
  /** 1,000 unless given. */
  readonly maxEntries?: number;
  /** Of memory for programs; 64 MiB unless given. */
  readonly maxBytes?: number;
}

/**
 * Where prompts are rendered. `remote`: by px0, for each call. `stream` and `poll`: in this process, which holds every prompt that the token may
 * render and follows a stream of changes, or asks for them. `file`: in this process, from files only.
 */
export type Mode = 'remote' | 'stream' | 'poll' | 'file';

/**
 * What px0 is told of the renders that it does not make itself. `full`: how often which version was rendered, and with variables of which names. `counts`: without
 * the names. Values are never sent.
 */
export type UsageReports = 'full' | 'counts' | 'off';

export interface Px0Options {
  /** `PX0_MODE` or `remote` unless given. */
  readonly mode?: Mode;
  /** px0's address; `PX0_HOST` or http://localhost:8000 unless given. */
  readonly host?: string;
  /** An API key, or a session token; `PX0_ACCESS_TOKEN` unless given. */
  readonly accessToken?: string;
  /** A whole call, with its retries; 5,000 unless given, and at most what timers can take (almost 25 days), as the next. */
  readonly timeoutMs?: number;
  /** One request; 2,000 unless given. */
  readonly attemptTimeoutMs?: number;
  /** How often a request is sent again at most; 2 unless given. */
  readonly retries?: number;
  /** What is kept for an outage, and for how long it is served without asking. `false` keeps nothing. */
  readonly cache?: CacheOptions | false;
  /** A file in which what is held survives a restart. A relative path counts from the folder in which the client is made. */
  readonly stateFile?: string;
  /** The earlier name of `stateFile`. */
  readonly snapshotFile?: string;
  /** Holds only these prompts. */
  readonly slugs?: readonly string[];
  /** How often mode `poll` asks; 30,000 unless given, and 5,000 at least. */
  readonly pollIntervalMs?: number;
  /** How long the first renders wait for something to be held; 2,000 unless given. */
  readonly initTimeoutMs?: number;
  /** How old a held prompt may be that px0 no longer confirms; without a limit unless given. */
  readonly maxStaleMs?: number;
  /** Whether px0 is asked for what is not held, such as a version without a tag; true unless given. */
  readonly remoteWhenNeeded?: boolean;
  /** A signed file of prompts, for starts without px0; mode `file` looks for a new one every ten seconds. */
  readonly bundleFile?: string;
  /** The public keys, `px0pk_...`, one of which must have signed the bundle. */
  readonly bundleKeys?: readonly string[];
  /** What is rendered when nothing else is there, by slug. */
  readonly fallbacks?: Readonly<Record<string, Fallback>>;
  /** The team of every call that names none, and the only one whose prompts are held; unless given, the first team with that slug among those that the token sees. */
  readonly teamId?: string;
  /** `full` unless given; in mode `file` nothing is sent. */
  readonly usage?: UsageReports;
  /**
   * The name of the application, under which px0 lists what it renders. `PX0_SERVICE`, `OTEL_SERVICE_NAME` or the `service.name` of
   * `OTEL_RESOURCE_ATTRIBUTES` unless given.
   */
  readonly serviceName?: string;
  /**
   * Whether OpenTelemetry is told of renders, where the application has registered it: attributes on the current span, and metrics; true unless given.
   */
  readonly telemetry?: boolean;
  /** Whether each render has a span of its own, too; false unless given. */
  readonly spans?: boolean;
  /** Gets what is wrong but stops nothing, such as a broken snapshot. Written to the console unless given. */
  readonly onWarning?: (message: string) => void;
  /** Sends the requests; the global `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The options with everything that was left out. */
export interface Settings {
  readonly mode: Mode;
  readonly host: string;
  /** Undefined only where there is no network. */
  readonly accessToken: string | undefined;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly retries: number;
  /** Undefined: nothing is kept. */
  readonly cache: Required<CacheOptions> | undefined;
  readonly stateFile: string | undefined;
  readonly slugs: readonly string[] | undefined;
  readonly pollIntervalMs: number;
  readonly initTimeoutMs: number;
  readonly maxStaleMs: number;
  readonly remoteWhenNeeded: boolean;
  readonly bundle: { readonly file: string; readonly keys: readonly string[] } | undefined;
  readonly fallbacks: Readonly<Record<string, Fallback>>;
  readonly teamId: string | null;
  readonly usage: UsageReports;
  readonly service: Service;
  readonly telemetry: boolean;
  readonly spans: boolean;
  readonly onWarning: (message: string) => void;
  readonly fetch: typeof globalThis.fetch;
  /** Whether the application has given it. */
  readonly isOwnFetch: boolean;
}

const DEFAULT_HOST = 'http://localhost:8000';
/** More often would be no cheaper than a stream. */
const LEAST_POLL_INTERVAL_MS = 5_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Beyond it a timer fires at once instead of later: almost 25 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @throws UsageError for settings with which no client can work */
export function settingsOf(options: Px0Options): Settings {
  requireObject('the options', options);
  const cache = cacheOf(options.cache);
  const { onWarning = warnOnConsole, fetch, teamId } = options;
  if (typeof onWarning !== 'function') throw new UsageError('onWarning must be a function');
  if (fetch !== undefined && typeof fetch !== 'function') throw new UsageError('fetch must be a function');
  const mode = modeOf(options.mode);
  const stateFile = stateFileOf(options, mode === 'remote' ? cache : {});
  const bundle = bundleOf(options, mode);
  if (mode === 'file' && stateFile === undefined && bundle === undefined) {
    throw new UsageError('the mode file needs a stateFile or a bundleFile');
  }
  return {
    mode,
    host: hostOf(options.host),
    accessToken: mode === 'file' ? undefined : accessTokenOf(options.accessToken),
    timeoutMs: timeLimit('timeoutMs', options.timeoutMs ?? 5_000),
    attemptTimeoutMs: timeLimit('attemptTimeoutMs', options.attemptTimeoutMs ?? 2_000),
    retries: retriesOf(options.retries ?? 2),
    cache,
    stateFile,
    slugs: slugsOf(options.slugs),
    pollIntervalMs: Math.max(
      LEAST_POLL_INTERVAL_MS,
      timeLimit('pollIntervalMs', options.pollIntervalMs ?? 30_000),
    ),
    initTimeoutMs: Math.min(
      atLeastNothing('initTimeoutMs', options.initTimeoutMs ?? 2_000),
      LONGEST_TIMER_MS,
    ),
    maxStaleMs: atLeastNothing('maxStaleMs', options.maxStaleMs ?? Number.POSITIVE_INFINITY),
    remoteWhenNeeded: booleanOf('remoteWhenNeeded', options.remoteWhenNeeded ?? true),
    bundle,
    fallbacks: options.fallbacks ?? {},
    teamId: teamId === undefined || teamId === null ? null : teamOf(teamId),
    usage: mode === 'file' ? 'off' : usageOf(options.usage ?? 'full'),
    telemetry: booleanOf('telemetry', options.telemetry ?? true),
    spans: booleanOf('spans', options.spans ?? false),
    service: serviceOf(serviceNameOf(options.serviceName), environment),
    onWarning: (message) => {
      try {
        onWarning(message);
      } catch {
        // What it is told of has stopped nothing, and neither does the hook.
      }
    },
    // Looked up at each request, so that what an application puts in its place is used.
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    isOwnFetch: fetch !== undefined,
  };
}

const MODES: ReadonlySet<unknown> = new Set<Mode>(['remote', 'stream', 'poll', 'file']);

function modeOf(given: Mode | undefined): Mode {
  const fromEnvironment = isGiven(given) ? undefined : environment('PX0_MODE') || undefined;
  const mode: unknown = given ?? fromEnvironment ?? 'remote';
  if (isMode(mode)) return mode;
  const name = `the mode${fromEnvironment === undefined ? '' : ' in PX0_MODE'}`;
  throw new UsageError(`${name} must be 'remote', 'stream', 'poll' or 'file'`);
}

function isMode(mode: unknown): mode is Mode {
  return MODES.has(mode);
}

const USAGE_REPORTS: ReadonlySet<unknown> = new Set<UsageReports>(['full', 'counts', 'off']);

function usageOf(usage: UsageReports): UsageReports {
  if (!USAGE_REPORTS.has(usage)) throw new UsageError("usage must be 'full', 'counts' or 'off'");
  return usage;
}

function serviceNameOf(name: unknown): string | undefined {
  if (name === undefined || name === null) return undefined;
  if (typeof name !== 'string') throw new UsageError('serviceName must be a string');
  return name;
}

/** px0 takes no more in a request. */
const MOST_SLUGS = 200;

function slugsOf(slugs: unknown): readonly string[] | undefined {
  if (slugs === undefined || slugs === null) return undefined;
  if (!isTextList(slugs) || slugs.length === 0 || slugs.length > MOST_SLUGS) {
    throw new UsageError(`slugs must be a list of 1 to ${MOST_SLUGS} strings`);
  }
  for (const slug of slugs) {
    pathSegment('a slug of slugs', slug);
    if (slug.includes(',')) throw new UsageError('a slug of slugs contains a comma');
  }
  // Whatever the application does with its list later.
  return [...new Set(slugs)];
}

const BUNDLE_KEY = /^px0pk_[A-Za-z0-9_-]{43}$/;

function bundleOf({ bundleFile, bundleKeys }: Px0Options, mode: Mode): Settings['bundle'] {
  const file = fileOf('bundleFile', bundleFile);
  if (file === undefined) return undefined;
  if (mode === 'remote') throw new UsageError('a bundle needs the mode stream, poll or file');
  if (!isTextList(bundleKeys) || bundleKeys.length === 0) {
    throw new UsageError('a bundle needs bundleKeys, the public keys that may have signed it');
  }
  if (!bundleKeys.every((key) => BUNDLE_KEY.test(key))) {
    throw new UsageError('a key of bundleKeys is not a public key as px0 bundle keygen prints it');
  }
  return { file, keys: [...bundleKeys] };
}

function cacheOf(given: CacheOptions | false | undefined): Required<CacheOptions> | undefined {
  if (given === false) return undefined;
  const options: CacheOptions = given ?? {};
  requireObject('cache', options);
  const { freshMs, staleWhileRevalidateMs, maxEntries, maxBytes } = options;
  return {
    freshMs: atLeastNothing('freshMs', freshMs ?? 0),
    staleWhileRevalidateMs: atLeastNothing('staleWhileRevalidateMs', staleWhileRevalidateMs ?? 0),
    maxEntries: atLeastNothing('maxEntries', maxEntries ?? 1_000),
    maxBytes: atLeastNothing('maxBytes', maxBytes ?? DEFAULT_MAX_BYTES),
  };
}

function warnOnConsole(message: string): void {
  // biome-ignore lint/suspicious/noConsole: where an application hears of it that has named no other place
  console.warn(`px0: ${message}`);
}

/** What is never part of an address that works: blanks, control and invisible characters, and what other programs read as a slash. */
const NO_PART_OF_A_HOST = /[\p{C}\p{Z}\\]/u;
/** Names have letters, digits, dots, dashes and underscores; others than those of ASCII, and paths', are the URL parser's to judge. */
const HOST =
  /^https?:\/\/(?:\[[0-9a-f:.]+\]|[\w.\-\u{80}-\u{10ffff}]+)(?::(?<port>\d{1,5}))?(?<path>\/(?:%[0-9a-f]{2}|[^?#%"<>^`{|}])*)?$/iu;
const HIGHEST_PORT = 65_535;

/** An address without a trailing slash. @throws UsageError that does not repeat it: it may hold a password */
export function hostOf(given: string | undefined): string {
  const fromEnvironment = isGiven(given) ? undefined : environment('PX0_HOST') || undefined;
  const host: unknown = given ?? fromEnvironment ?? DEFAULT_HOST;
  const fault = typeof host === 'string' ? faultOfHost(host) : 'is not a string';
  if (typeof host === 'string' && fault === undefined) return host.replace(/\/+$/, '');
  throw new UsageError(`the host${fromEnvironment === undefined ? '' : ' in PX0_HOST'} ${fault}`);
}

function faultOfHost(host: string): string | undefined {
  if (host === '') return 'is empty';
  if (NO_PART_OF_A_HOST.test(host)) return 'contains a blank, a backslash or an invisible character';
  if (/^[^/?#]*:\/\/[^/?#]*@/.test(host))
    return 'contains a user or a password: pass an access token instead';
  const { port, path = '' } = HOST.exec(host)?.groups ?? { port: '0' };
  const isInRange = port === undefined || (Number(port) > 0 && Number(port) <= HIGHEST_PORT);
  if (!isInRange || !URL.canParse(host) || hasEmptyLabel(new URL(host).hostname)) {
    return 'is not an http or https address such as https://px0.example.com, with nothing after its path';
  }
  return hasDotSegment(path) ? 'contains a dot segment in its path' : undefined;
}

/** Behind the last dot nothing may stand: the name is then complete. */
function hasEmptyLabel(name: string): boolean {
  return name.replace(/\.$/, '').split('.').includes('');
}

/** @throws UsageError when there is none, or one with which every request would fail before it is sent and look like an outage */
function accessTokenOf(given: string | undefined): string {
  const fromEnvironment = isGiven(given) ? undefined : environment('PX0_ACCESS_TOKEN') || undefined;
  const token: unknown = given ?? fromEnvironment;
  if (token === undefined) {
    throw new UsageError('no access token: pass accessToken or set PX0_ACCESS_TOKEN');
  }
  const name = `the access token${fromEnvironment === undefined ? '' : ' in PX0_ACCESS_TOKEN'}`;
  if (typeof token !== 'string') throw new UsageError(`${name} is not a string`);
  if (token === '') throw new UsageError(`${name} is empty`);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(
      `${name} contains a blank, a line break or another invalid character; does its file end with a line break?`,
    );
  }
  return token;
}

/** A team's id as requests name it; whether there is such a team is px0's to say. @throws UsageError */
export function teamOf(teamId: unknown): string {
  if (typeof teamId !== 'string') throw new UsageError('teamId (the team) must be a string');
  if (teamId === '') throw new UsageError('teamId (the team) must not be empty');
  if (/[\p{Cc}\p{Cs}]/u.test(teamId)) {
    throw new UsageError('teamId (the team) contains a line break or another invalid character');
  }
  return teamId;
}

function stateFileOf(
  { stateFile, snapshotFile }: Px0Options,
  cache: CacheOptions | undefined,
): string | undefined {
  if (isGiven(stateFile) && isGiven(snapshotFile)) {
    throw new UsageError('pass either stateFile or snapshotFile, not both');
  }
  const file = fileOf('stateFile', stateFile) ?? fileOf('snapshotFile', snapshotFile);
  if (file !== undefined && cache === undefined) throw new UsageError('a state file needs the cache');
  return file;
}

function fileOf(name: string, path: unknown): string | undefined {
  if (path === undefined || path === null) return undefined;
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new UsageError(`${name} must be the path of a file`);
  }
  return path;
}

function booleanOf(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new UsageError(`${name} must be true or false`);
  return value;
}

function timeLimit(name: string, milliseconds: unknown): number {
  if (typeof milliseconds !== 'number' || !(milliseconds > 0)) {
    throw new UsageError(`${name} must be a number of milliseconds greater than 0`);
  }
  return Math.min(milliseconds, LONGEST_TIMER_MS);
}

function retriesOf(retries: unknown): number {
  if (!Number.isSafeInteger(retries) || !(Number(retries) >= 0)) {
    throw new UsageError('retries must be a whole number of at least 0');
  }
  return Number(retries);
}

function atLeastNothing(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new UsageError(`${name} must be a number of at least 0`);
  }
  return value;
}

/** @throws UsageError */
export function requireObject(what: string, value: unknown): void {
  if (!readable(what, () => isObject(value))) throw new UsageError(`${what} must be an object`);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Where there is no environment, or it may not be read, nothing is set. */
function environment(name: string): string | undefined {
  try {
    return globalThis.process?.env?.[name];
  } catch {
    return undefined;
  }
}
