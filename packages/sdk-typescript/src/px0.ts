/**
 * The client: asks px0 for a text or a chat, and has one also when px0 is away. Which source it comes from, and what an answer means for what is kept,
 * is fixed for all SDKs in decision 090.
 * See docs/decisions/090-what-sdks-do-in-an-outage.md.
 */
import type { ChatMessage } from './chat-message.ts';
import { type Content, type ContentOptions, withContent } from './content.ts';
import { readable, UnreachableError, UsageError } from './errors.ts';
import type { Fallback } from './fallback.ts';
import { type FallbackRenderer, Fallbacks } from './fallbacks.ts';
import { fetchProgram } from './fetch-program.ts';
import type { Rendered } from './handover/conversation.ts';
import { renderBody } from './json-text.ts';
import { judgeRender, type Live } from './judge.ts';
import { type Kept, KeptPrograms, keyOf, type Wanted } from './kept-programs.ts';
import { type CacheOptions, type Px0Options, requireObject, settingsOf } from './options.ts';
import { Outage } from './outage.ts';
import { isLacking, type Program } from './program.ts';
import { renderPath, wantedOf } from './reference.ts';
import { SnapshotFile } from './snapshot-file.ts';
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
  /** Whether the `text` of a chat is px0's own transcript; false unless given, and then `text` is put together from the messages. */
  readonly transcript?: boolean;
  /** The team of the slug. */
  readonly teamId?: string;
  /** Cancels the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface RenderResult extends Rendered {
  /**
   * The text. Of a chat a transcript for logs, made when it is first read: `role:`, the content and an empty line for each message. Unlike px0's
   * own it lacks messages that were left out as blank, and holds the content of placeholders' messages as JSON when it is no text. Render with
   * `transcript: true` for px0's own.
   */
  readonly text: string;
  /** The messages of a chat, those of placeholders as they were given; null for a text. */
  readonly messages: readonly ChatMessage[] | null;
  /** The version's configuration: the model and its settings; null when there is none. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Where it was rendered, and from what. */
  readonly source: 'live' | 'cache' | 'snapshot' | 'fallback';
  readonly slug: string;
  /** The version's number; null for a fallback. */
  readonly version: number | null;
  readonly tags: readonly string[];
  /** px0's revision when it last confirmed that this is the version; null for a fallback. */
  readonly revision: string | null;
  /** How long ago that was; null for a fallback. */
  readonly ageMs: number | null;
  /** Whether something newer may exist: the result is not live, or px0 has said that it may be behind. */
  readonly stale: boolean;
  /** What kept the result from being live; null when nothing did. */
  readonly cause: UnreachableError | null;
}

/** One call, with everything that does not change on its way. */
interface Call {
  readonly wanted: Wanted;
  readonly variables: Variables;
  readonly body: string;
  readonly missingKey: MissingKey | undefined;
  readonly transcript: boolean;
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
  readonly #kept: KeptPrograms;
  readonly #snapshot: SnapshotFile | undefined;
  readonly #fallbacks: Fallbacks;
  readonly #outage = new Outage();
  /** What goes on without anybody waiting for it, by what it is for. */
  readonly #background = new Map<string, BackgroundWork>();
  /** While a program is fetched: the answer of px0 that it has to suit. */
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
    this.#kept = new KeptPrograms(settings.cache ?? { maxEntries: 0, maxBytes: 0 });
    if (settings.snapshotFile !== undefined) {
      const { host, snapshotFile, onWarning } = settings;
      this.#snapshot = new SnapshotFile(snapshotFile, host, this.#kept, onWarning);
    }
  }

  /**
   * What a prompt's live version says, or the one named by `version` or `tag`: a text, or the messages of a chat.
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
      return liveResult(call, await this.#ask(call));
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
    const transcript: unknown = options.transcript ?? false;
    if (typeof transcript !== 'boolean') throw new UsageError('transcript must be true or false');
    const body = renderBody(variables, { missing_key: missingKey, transcript });
    const fallback = this.#fallbacks.of(slug, options.fallback ?? undefined);
    return { wanted, body: body.text, variables: body.variables, missingKey, transcript, fallback, signal };
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
    const content = call.fallback?.(call.variables, contentOptions(call, 'default'));
    if (content === undefined) return undefined;
    return withContent(content, {
      source: 'fallback',
      slug: call.wanted.slug,
      version: null,
      tags: [],
      revision: null,
      ageMs: null,
      stale: true,
      cause,
    });
  }

  #fromKept(call: Call, kept: Kept, cause: UnreachableError | null): RenderResult | undefined {
    const content = this.#kept.render(kept, call.variables, contentOptions(call, 'error'));
    if (content === undefined) return undefined;
    const { slug, version, tags, revision, origin: source } = kept;
    return withContent(content, {
      source,
      slug,
      version,
      tags,
      revision,
      ageMs: ageOf(kept),
      stale: true,
      cause,
    });
  }

  #confirm(wanted: Wanted, live: Live): void {
    if (this.#cache === undefined) return;
    const kept = this.#kept.get(wanted);
    const isHeld = kept?.version === live.version && !isLacking(kept.program, live);
    if (isHeld && !live.stale) {
      const { revision, tags } = live;
      this.#kept.set({ ...kept, tags, revision, confirmedAt: Date.now(), origin: 'cache', mayBeFresh: true });
      if (Date.now() - kept.confirmedAt > SAVE_CONFIRMATION_AFTER_MS) this.#snapshot?.changed();
    } else if (!isHeld) this.#endFreshness(wanted);
    if (!isHeld || Date.now() - kept.fetchedAt > FETCH_AGAIN_AFTER_MS) this.#fetchProgram(wanted, live);
  }

  #remove(wanted: Wanted): void {
    this.#awaited.delete(keyOf(wanted));
    if (this.#kept.remove(wanted)) this.#snapshot?.changed();
  }

  #endFreshness(wanted: Wanted): void {
    const kept = this.#kept.get(wanted);
    if (kept?.mayBeFresh) this.#kept.set({ ...kept, mayBeFresh: false });
  }

  /** In the background, for the caller has its answer already; and for the latest answer, should there be another one meanwhile. */
  #fetchProgram(wanted: Wanted, live: Live): void {
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
        const program = await fetchProgram(this.#transport, wanted, fetched, signal);
        const awaited = this.#awaited.get(key);
        if (awaited?.version !== fetched.version) continue;
        this.#awaited.delete(key);
        if (program === undefined) this.#noteFailedFetch(key);
        else this.#keep(wanted, awaited, program);
        return;
      }
    });
  }

  #noteFailedFetch(key: string): void {
    if (this.#fetchFailedAt.size >= MOST_FAILURES_REMEMBERED) this.#fetchFailedAt.clear();
    this.#fetchFailedAt.set(key, Date.now());
  }

  #keep(wanted: Wanted, { version, tags, revision, stale }: Live, program: Program): void {
    this.#fetchFailedAt.delete(keyOf(wanted));
    const now = Date.now();
    this.#kept.set({
      ...wanted,
      version,
      tags,
      program,
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

function liveResult({ wanted: { slug }, transcript }: Call, live: Live): RenderResult {
  const { text, messages, config, version, tags, revision, stale } = live;
  const content: Content = { text: messages === null || transcript ? text : undefined, messages, config };
  return withContent(content, {
    source: 'live',
    slug,
    version,
    tags,
    revision,
    ageMs: 0,
    stale,
    cause: null,
  });
}

function contentOptions({ missingKey, transcript }: Call, otherwise: MissingKey): ContentOptions {
  return { missingKey: missingKey ?? otherwise, transcript };
}

const MISSING_KEYS: ReadonlySet<unknown> = new Set<MissingKey>(['error', 'default', 'zero']);

function requireMissingKey(missingKey: unknown): void {
  if (!MISSING_KEYS.has(missingKey)) throw new UsageError("missingKey must be 'error', 'default' or 'zero'");
}

/** Not negative, though clocks are set back. */
function ageOf({ confirmedAt }: Kept): number {
  return Math.max(0, Date.now() - confirmedAt);
}
