/**
 * The client: asks px0 for a text, and has one also when px0 is away. Which source a text comes from, and what an answer means for what is kept,
 * is fixed for all SDKs in decision 090.
 * See docs/decisions/090-what-sdks-do-in-an-outage.md.
 */
import { readable, UnreachableError, UsageError } from './errors.ts';
import { type Fallback, type FallbackRenderer, Fallbacks } from './fallbacks.ts';
import { renderBody } from './json-text.ts';
import { judgeRender, type Live } from './judge.ts';
import { type Kept, KeptTemplates, keyOf, type Wanted } from './kept-templates.ts';
import { type CacheOptions, type Px0Options, requireObject, settingsOf } from './options.ts';
import { Outage } from './outage.ts';
import { renderPath, wantedOf } from './reference.ts';
import { SnapshotFile } from './snapshot-file.ts';
import { fetchTemplate } from './template-of.ts';
import { settledWithin, signalOf } from './time-limit.ts';
import { Transport } from './transport.ts';
import { fetchThrough, type Px0Fetch } from './transport-fetch.ts';

/** What an absent key does, as Go's option of that name. */
export type MissingKey = 'error' | 'default' | 'zero';

/** JSON data by name. */
export type Variables = Readonly<Record<string, unknown>>;

export interface RenderOptions {
  /** A version by number, instead of the live one. */
  readonly version?: number;
  /** A version by tag, instead of the live one. */
  readonly tag?: string;
  /** What is rendered when px0 is away and nothing is kept; wins over the client's `fallbacks`. */
  readonly fallback?: Fallback;
  /** `error` unless given; in a fallback `default`. */
  readonly missingKey?: MissingKey;
  /** The team of the slug. */
  readonly teamId?: string;
  /** Cancels the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface RenderResult {
  readonly text: string;
  /** Where the text was made, and from what. */
  readonly source: 'live' | 'cache' | 'snapshot' | 'fallback';
  readonly slug: string;
  /** The version's number; null for a fallback. */
  readonly version: number | null;
  readonly tags: readonly string[];
  /** px0's revision when it last confirmed that this is the version; null for a fallback. */
  readonly revision: string | null;
  /** How long ago that was; null for a fallback. */
  readonly ageMs: number | null;
  /** Whether something newer may exist: the text is not live, or px0 has said that it may be behind. */
  readonly stale: boolean;
  /** What kept the text from being live; null when nothing did. */
  readonly cause: UnreachableError | null;
}

/** One call, with everything that does not change on its way. */
interface Call {
  readonly wanted: Wanted;
  readonly variables: Variables;
  readonly body: string;
  readonly missingKey: MissingKey | undefined;
  readonly fallback: FallbackRenderer | undefined;
  readonly signal: AbortSignal | undefined;
}

/** As a precaution: a team may be deleted and made anew, and its prompts' numbers with it. */
const FETCH_AGAIN_AFTER_MS = 5 * 60_000;
const FETCH_RETRY_AFTER_MS = 10_000;
const MOST_FAILURES_REMEMBERED = 1_000;
/** Whatever a call may take, a program that ends does not wait for longer. */
const LONGEST_CLOSE_MS = 10_000;
/** Smaller progress of a confirmation is not worth a write. */
const SAVE_CONFIRMATION_AFTER_MS = 60_000;

export class Px0 implements AsyncDisposable {
  /** px0's address, without a trailing slash. */
  readonly host: string;
  /** A `fetch` for the API's other operations, with this client's token, revision, time limits and retries. */
  readonly fetch: Px0Fetch;
  readonly #transport: Transport;
  readonly #teamId: string | null;
  readonly #timeoutMs: number;
  readonly #cache: Required<CacheOptions> | undefined;
  readonly #kept: KeptTemplates;
  readonly #snapshot: SnapshotFile | undefined;
  readonly #fallbacks: Fallbacks;
  readonly #outage = new Outage();
  /** What goes on without anybody waiting for it, by what it is for. */
  readonly #background = new Map<string, BackgroundWork>();
  /** While a template is fetched: the answer of px0 that it has to suit. */
  readonly #awaited = new Map<string, Live>();
  readonly #fetchFailedAt = new Map<string, number>();

  /** @throws UsageError for settings with which it cannot work */
  constructor(options: Px0Options = {}) {
    const settings = readable('the options', () => settingsOf(options));
    this.#transport = new Transport(settings);
    this.host = settings.host;
    this.fetch = fetchThrough(this.#transport);
    this.#teamId = settings.teamId;
    this.#timeoutMs = settings.timeoutMs;
    this.#fallbacks = readable('fallbacks', () => new Fallbacks(settings.fallbacks));
    this.#cache = settings.cache;
    this.#kept = new KeptTemplates(settings.cache ?? { maxEntries: 0, maxBytes: 0 });
    if (settings.snapshotFile !== undefined) {
      const { host, snapshotFile, onWarning } = settings;
      this.#snapshot = new SnapshotFile(snapshotFile, host, this.#kept, onWarning);
    }
  }

  /**
   * The text of a prompt's live version, or of the one named by `version` or `tag`.
   *
   * @throws UsageError for a call that cannot work
   * @throws RefusedError when px0 refuses: `NotFoundError` when there is no such prompt or version
   * @throws UnreachableError when px0 is away and there is nothing to fall back on
   * @throws TemplateError when the fallback fails with these variables
   */
  async render(slug: string, variables: Variables = {}, options: RenderOptions = {}): Promise<RenderResult> {
    const call = readable('the options of a call', () => this.#call(slug, variables, options));
    if (call.signal?.aborted) throw call.signal.reason;
    if (this.#snapshot?.isLoaded === false) {
      // A file system may hang, and is no reason for a call to last longer than it may.
      await settledWithin(this.#timeoutMs, this.#snapshot.loaded(), call.signal);
    }
    const served = this.#fresh(call) ?? this.#duringPause(call);
    if (served !== undefined) return served;
    try {
      return liveResult(call.wanted, await this.#ask(call));
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      const result = this.#withoutPx0(call, error);
      if (result === undefined) throw error;
      return result;
    }
  }

  /**
   * Waits for what goes on in the background, for as long as a call may take and ten seconds at most, cancels what is left, and writes the snapshot.
   * The client may be used afterwards.
   */
  async close(): Promise<void> {
    const patienceMs = Math.min(this.#timeoutMs, LONGEST_CLOSE_MS);
    await settledWithin(patienceMs, this.#untilNothingGoesOn());
    for (const { end } of this.#background.values()) end.abort();
    this.#background.clear();
    await this.#snapshot?.flush();
  }

  async #untilNothingGoesOn(): Promise<void> {
    while (this.#background.size > 0) {
      await Promise.all([...this.#background.values()].map(({ running }) => running));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call(slug: string, variables: Variables, options: RenderOptions): Call {
    requireObject('the options of a call', options);
    const missingKey = options.missingKey ?? undefined;
    const signal = signalOf(options.signal);
    const wanted = wantedOf(slug, options, this.#teamId);
    if (missingKey !== undefined) requireMissingKey(missingKey);
    const body = renderBody(variables, missingKey);
    const fallback = this.#fallbacks.of(slug, options.fallback ?? undefined);
    return { wanted, body: body.text, variables: body.variables, missingKey, fallback, signal };
  }

  /** From what is kept, while that is young enough for the client. */
  #fresh(call: Call): RenderResult | undefined {
    if (this.#cache === undefined) return undefined;
    const { freshMs, staleWhileRevalidateMs } = this.#cache;
    const kept = this.#kept.get(call.wanted);
    if (kept === undefined || !kept.mayBeFresh) return undefined;
    const age = ageOf(kept);
    if (age >= freshMs + staleWhileRevalidateMs) return undefined;
    const result = this.#fromKept(call, kept, null);
    if (result !== undefined && age >= freshMs) {
      this.#inBackground(`revalidate ${keyOf(call.wanted)}`, (signal) => this.#ask({ ...call, signal }));
    }
    return result;
  }

  /** While px0 is known to be away, whoever has something to go on with does not wait. */
  #duringPause(call: Call): RenderResult | undefined {
    const { cause } = this.#outage;
    if (cause === undefined) return undefined;
    const result = this.#withoutPx0(call, cause);
    if (result === undefined) return undefined;
    const end = new AbortController();
    const probe = this.#outage.probe(() => this.#ask({ ...call, signal: end.signal }));
    if (probe !== undefined) this.#inBackground('probe', () => probe, end);
    return result;
  }

  /** @throws RefusedError, UnreachableError, the reason of the call's signal */
  async #ask(call: Call): Promise<Live> {
    const { wanted } = call;
    try {
      const answer = await this.#transport.send({
        method: 'POST',
        path: renderPath(wanted),
        body: call.body,
        repeatable: true,
        signal: call.signal,
      });
      const judgement = judgeRender(this.#transport.host, answer);
      if (judgement.kind === 'unreachable') throw judgement.error;
      this.#outage.answered();
      if (judgement.kind === 'live') {
        this.#confirm(wanted, judgement);
        return judgement;
      }
      if (judgement.kind === 'gone') this.#remove(wanted);
      else this.#endFreshness(wanted);
      throw judgement.error;
    } catch (error) {
      if (error instanceof UnreachableError) this.#outage.found(error);
      throw error;
    }
  }

  #withoutPx0(call: Call, cause: UnreachableError): RenderResult | undefined {
    const kept = this.#kept.get(call.wanted);
    const result = kept && this.#fromKept(call, kept, cause);
    if (result !== undefined) return result;
    const text = call.fallback?.(call.variables, call.missingKey);
    if (text === undefined) return undefined;
    return {
      text,
      source: 'fallback',
      slug: call.wanted.slug,
      version: null,
      tags: [],
      revision: null,
      ageMs: null,
      stale: true,
      cause,
    };
  }

  #fromKept(call: Call, kept: Kept, cause: UnreachableError | null): RenderResult | undefined {
    const text = this.#kept.render(kept, call.variables, call.missingKey ?? 'error');
    if (text === undefined) return undefined;
    const { slug, version, tags, revision, origin } = kept;
    return { text, source: origin, slug, version, tags, revision, ageMs: ageOf(kept), stale: true, cause };
  }

  #confirm(wanted: Wanted, live: Live): void {
    if (this.#cache === undefined) return;
    const kept = this.#kept.get(wanted);
    const isHeld = kept?.version === live.version;
    if (isHeld && !live.stale) {
      const { revision, tags } = live;
      this.#kept.set({ ...kept, tags, revision, confirmedAt: Date.now(), origin: 'cache', mayBeFresh: true });
      if (Date.now() - kept.confirmedAt > SAVE_CONFIRMATION_AFTER_MS) this.#snapshot?.changed();
    } else if (!isHeld) this.#endFreshness(wanted);
    if (!isHeld || Date.now() - kept.fetchedAt > FETCH_AGAIN_AFTER_MS) this.#fetchTemplate(wanted, live);
  }

  #remove(wanted: Wanted): void {
    this.#awaited.delete(keyOf(wanted));
    if (this.#kept.remove(wanted)) this.#snapshot?.changed();
  }

  #endFreshness(wanted: Wanted): void {
    const kept = this.#kept.get(wanted);
    if (kept?.mayBeFresh) this.#kept.set({ ...kept, mayBeFresh: false });
  }

  /** In the background, for the caller has its text already; and for the latest answer, should there be another one meanwhile. */
  #fetchTemplate(wanted: Wanted, live: Live): void {
    const key = keyOf(wanted);
    const failedAt = this.#fetchFailedAt.get(key);
    // A clock that was set back must not make it wait for longer.
    const elapsed = Math.abs(Date.now() - (failedAt ?? Number.NEGATIVE_INFINITY));
    if (elapsed < FETCH_RETRY_AFTER_MS) return;
    this.#awaited.set(key, live);
    this.#inBackground(`fetch ${key}`, async (signal) => {
      for (;;) {
        const fetched = this.#awaited.get(key);
        if (fetched === undefined) return;
        const template = await fetchTemplate(this.#transport, wanted, fetched.version, signal);
        const awaited = this.#awaited.get(key);
        if (awaited?.version !== fetched.version) continue;
        this.#awaited.delete(key);
        if (template === undefined) this.#noteFailedFetch(key);
        else this.#keep(wanted, awaited, template);
        return;
      }
    });
  }

  #noteFailedFetch(key: string): void {
    if (this.#fetchFailedAt.size >= MOST_FAILURES_REMEMBERED) this.#fetchFailedAt.clear();
    this.#fetchFailedAt.set(key, Date.now());
  }

  #keep(wanted: Wanted, { version, tags, revision, stale }: Live, template: string): void {
    this.#fetchFailedAt.delete(keyOf(wanted));
    const now = Date.now();
    this.#kept.set({
      ...wanted,
      version,
      tags,
      template,
      revision,
      confirmedAt: now,
      fetchedAt: now,
      origin: 'cache',
      mayBeFresh: !stale,
    });
    this.#snapshot?.changed();
  }

  /**
   * Single flight: what is already under way is not begun again. Failures have been dealt with where they were noticed. It is not the caller's signal
   * that cancels it: others profit from it.
   */
  #inBackground(
    what: string,
    work: (signal: AbortSignal) => Promise<unknown>,
    end = new AbortController(),
  ): void {
    const underWay = this.#background.get(what);
    if (underWay !== undefined && !this.#isLost(underWay.begunAt)) return;
    const running = work(end.signal)
      .catch(() => undefined)
      .finally(() => {
        if (this.#background.get(what)?.running === running) this.#background.delete(what);
      });
    this.#background.set(what, { running, begunAt: Date.now(), end });
  }

  /** Platforms that end a request's work with the request, such as edge workers, leave a promise that never settles. */
  #isLost(begunAt: number): boolean {
    return Math.abs(Date.now() - begunAt) >= this.#timeoutMs;
  }
}

interface BackgroundWork {
  /** Never rejects. */
  readonly running: Promise<unknown>;
  readonly begunAt: number;
  /** Cancels it. */
  readonly end: AbortController;
}

function liveResult({ slug }: Wanted, live: Live): RenderResult {
  const { text, version, tags, revision, stale } = live;
  return { text, source: 'live', slug, version, tags, revision, ageMs: 0, stale, cause: null };
}

const MISSING_KEYS: ReadonlySet<unknown> = new Set<MissingKey>(['error', 'default', 'zero']);

function requireMissingKey(missingKey: unknown): void {
  if (!MISSING_KEYS.has(missingKey)) throw new UsageError("missingKey must be 'error', 'default' or 'zero'");
}

/** Not negative, though clocks are set back. */
function ageOf({ confirmedAt }: Kept): number {
  return Math.max(0, Date.now() - confirmedAt);
}
