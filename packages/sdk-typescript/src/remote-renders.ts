/**
 * Renders by px0, and what is kept for the time when it is away. Which source a result comes from, and what an answer means for what is kept, is fixed for all
 * SDKs in decision 090.
 * See docs/decisions/090-what-sdks-do-in-an-outage.md.
 */
import { type Content, withContent } from './content.ts';
import { UnreachableError } from './errors.ts';
import { type FetchedProgram, fetchProgram } from './fetch-program.ts';
import { judgeRender, type Live } from './judge.ts';
import { type Kept, type KeptPrograms, keyOf, type Wanted } from './kept-programs.ts';
import type { CacheOptions } from './options.ts';
import { Outage } from './outage.ts';
import { isLacking } from './program.ts';
import { renderPath } from './reference.ts';
import type { RenderResult } from './render.ts';
import { type Call, contentOptions } from './render-call.ts';
import { settledWithin } from './time-limit.ts';
import type { Transport } from './transport.ts';
import { measured } from './usage/measured.ts';
import type { Usage } from './usage/usage.ts';

/** As a precaution: a team may be deleted and made anew, and its prompts' numbers with it. */
const FETCH_AGAIN_AFTER_MS = 5 * 60_000;
const FETCH_RETRY_AFTER_MS = 10_000;
const MOST_FAILURES_REMEMBERED = 1_000;
/** Whatever a call may take, a program that ends does not wait for longer. */
const LONGEST_CLOSE_MS = 10_000;
/** Smaller progress of a confirmation is not worth a write. */
const SAVE_CONFIRMATION_AFTER_MS = 60_000;

export interface RemoteRendersOptions {
  readonly transport: Transport;
  /** Undefined: renders are not counted. */
  readonly usage: Usage | undefined;
  readonly timeoutMs: number;
  /** How long what is kept is served without asking; undefined: never. */
  readonly freshness: Pick<Required<CacheOptions>, 'freshMs' | 'staleWhileRevalidateMs'> | undefined;
  readonly kept: KeptPrograms;
  /** Whether the program of what was asked for is fetched and kept. */
  readonly keeps: (wanted: Wanted) => boolean;
  /** Whether what is kept is for renders of the same prompt alone, because a slug may come to mean another one. */
  readonly isOfPrompts: boolean;
  /** Up to which age what is kept stands in for px0. */
  readonly maxStaleMs: number;
  readonly onKeptChanged: () => void;
}

/** What a caller can add to a call that px0 is to answer. */
export interface Beside {
  /** The prompt, where it is known. */
  readonly promptId?: string | undefined;
  readonly teamId?: string | undefined;
  /** What there is beside what is kept, when px0 is away. */
  readonly held?: (cause: UnreachableError) => RenderResult | undefined;
}

/** A prompt that is held, as its latest state is. */
interface KnownPrompt {
  readonly id: string;
  readonly contract?: string | undefined;
}

export class RemoteRenders {
  readonly #transport: Transport;
  readonly #usage: Usage | undefined;
  readonly #timeoutMs: number;
  readonly #freshness: RemoteRendersOptions['freshness'];
  readonly #kept: KeptPrograms;
  readonly #keeps: (wanted: Wanted) => boolean;
  readonly #isOfPrompts: boolean;
  readonly #maxStaleMs: number;
  readonly #onKeptChanged: () => void;
  readonly #outage = new Outage();
  /** What goes on without anybody waiting for it, by what it is for. */
  readonly #background = new Map<string, BackgroundWork>();
  /** While a program is fetched: the answer of px0 that it has to suit. */
  readonly #awaited = new Map<string, Live>();
  readonly #fetchFailedAt = new Map<string, number>();

  constructor(options: RemoteRendersOptions) {
    this.#transport = options.transport;
    this.#usage = options.usage;
    this.#timeoutMs = options.timeoutMs;
    this.#freshness = options.freshness;
    this.#kept = options.kept;
    this.#keeps = options.keeps;
    this.#isOfPrompts = options.isOfPrompts;
    this.#maxStaleMs = options.maxStaleMs;
    this.#onKeptChanged = options.onKeptChanged;
  }

  /** @throws RefusedError, UnreachableError, TemplateError, the reason of the call's signal */
  async render(call: Call, beside: Beside = {}): Promise<RenderResult> {
    const served = this.#fresh(call) ?? this.#duringPause(call, beside);
    if (served !== undefined) return served;
    try {
      return liveResult(call, await this.#ask(call), beside);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      return this.withoutPx0(call, error, beside);
    }
  }

  /**
   * Of what is kept, or else the fallback.
   *
   * @throws UnreachableError, the given one, when there is nothing to fall back on
   * @throws TemplateError
   */
  withoutPx0(call: Call, cause: UnreachableError, beside: Beside = {}): RenderResult {
    const result = this.#fallBack(call, cause, beside);
    if (result === undefined) throw cause;
    return result;
  }

  /** Of the program that was fetched for just this version of the prompt; undefined when there is none, or it does not run. */
  fetched(call: Call, { id: promptId, contract }: KnownPrompt): Content | undefined {
    const kept = this.#kept.get(call.wanted);
    if (kept === undefined || kept.promptId === null) return undefined;
    if (kept.promptId === promptId) {
      const subject = { promptId, slug: kept.slug, version: kept.version, source: 'fetched' };
      return measured(this.#usage, subject, call.variables, () =>
        this.#kept.render(kept, call.variables, contentOptions(call, 'error'), contract),
      );
    }
    // The slug has come to mean another prompt, whose version is fetched anew.
    this.#remove(call.wanted);
    return undefined;
  }

  /** Waits for what goes on in the background, for as long as a call may take and ten seconds at most, and cancels what is left. */
  async close(): Promise<void> {
    const patienceMs = Math.min(this.#timeoutMs, LONGEST_CLOSE_MS);
    await settledWithin(patienceMs, this.#untilNothingGoesOn());
    for (const { end } of this.#background.values()) end.abort();
    this.#background.clear();
  }

  async #untilNothingGoesOn(): Promise<void> {
    while (this.#background.size > 0) {
      await Promise.all([...this.#background.values()].map(({ running }) => running));
    }
  }

  /** From what is kept, while that is young enough for the client. */
  #fresh(call: Call): RenderResult | undefined {
    if (this.#freshness === undefined) return undefined;
    const { freshMs, staleWhileRevalidateMs } = this.#freshness;
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
  #duringPause(call: Call, beside: Beside): RenderResult | undefined {
    const { cause } = this.#outage;
    if (cause === undefined) return undefined;
    const result = this.#fallBack(call, cause, beside);
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
        body: call.body.text(),
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

  #fallBack(call: Call, cause: UnreachableError, { held }: Beside): RenderResult | undefined {
    const kept = this.#kept.get(call.wanted);
    // What was fetched for a prompt is rendered where that is held, and nowhere else.
    const isUsable = kept !== undefined && kept.promptId === null && ageOf(kept) <= this.#maxStaleMs;
    const result = (isUsable ? this.#fromKept(call, kept, cause) : undefined) ?? held?.(cause);
    if (result !== undefined) return result;
    const { fallback } = call;
    if (fallback === undefined) return undefined;
    const subject = { promptId: null, slug: call.wanted.slug, version: null, source: 'fallback' };
    const content = measured(this.#usage, subject, call.variables, () =>
      fallback(call.variables, contentOptions(call, 'default')),
    );
    return withContent(content, {
      source: 'fallback',
      slug: call.wanted.slug,
      promptId: null,
      teamId: null,
      version: null,
      tags: [],
      revision: null,
      ageMs: null,
      stale: true,
      cause,
    });
  }

  #fromKept(call: Call, kept: Kept, cause: UnreachableError | null): RenderResult | undefined {
    const { slug, version, tags, revision, origin: source } = kept;
    const subject = { promptId: kept.countedAs ?? kept.promptId, slug, version, source };
    const content = measured(this.#usage, subject, call.variables, () =>
      this.#kept.render(kept, call.variables, contentOptions(call, 'error'), kept.contract),
    );
    if (content === undefined) return undefined;
    return withContent(content, {
      source,
      slug,
      promptId: null,
      teamId: null,
      version,
      tags,
      revision,
      ageMs: ageOf(kept),
      stale: true,
      cause,
    });
  }

  #confirm(wanted: Wanted, live: Live): void {
    if (!this.#keeps(wanted)) return;
    const kept = this.#kept.get(wanted);
    const isHeld = kept?.version === live.version && !isLacking(kept.program, live);
    if (isHeld && !live.stale) {
      const { revision, tags } = live;
      this.#kept.set({ ...kept, tags, revision, confirmedAt: Date.now(), origin: 'cache', mayBeFresh: true });
      if (Date.now() - kept.confirmedAt > SAVE_CONFIRMATION_AFTER_MS) this.#onKeptChanged();
    } else if (!isHeld) this.#endFreshness(wanted);
    if (!isHeld || Date.now() - kept.fetchedAt > FETCH_AGAIN_AFTER_MS) this.#fetchProgram(wanted, live);
  }

  #remove(wanted: Wanted): void {
    this.#awaited.delete(keyOf(wanted));
    if (this.#kept.remove(wanted)) this.#onKeptChanged();
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

  #keep(
    wanted: Wanted,
    { version, tags, revision, stale }: Live,
    { program, promptId, contract }: FetchedProgram,
  ): void {
    this.#fetchFailedAt.delete(keyOf(wanted));
    const now = Date.now();
    this.#kept.set({
      ...wanted,
      version,
      tags,
      program,
      contract,
      promptId: this.#isOfPrompts ? promptId : null,
      ...(promptId !== null && { countedAs: promptId }),
      revision,
      confirmedAt: now,
      fetchedAt: now,
      origin: 'cache',
      mayBeFresh: !stale,
    });
    this.#onKeptChanged();
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

function liveResult(
  { wanted: { slug }, transcript }: Call,
  live: Live,
  { promptId, teamId }: Beside,
): RenderResult {
  const { text, messages, config, contract, version, tags, revision, stale } = live;
  const made = messages === null || transcript ? text : undefined;
  const content: Content = { text: made, messages, config, contract };
  return withContent(content, {
    source: 'live',
    slug,
    promptId: promptId ?? null,
    teamId: teamId ?? null,
    version,
    tags,
    revision,
    ageMs: 0,
    stale,
    cause: null,
  });
}

/** Not negative, though clocks are set back. */
function ageOf({ confirmedAt }: Kept): number {
  return Math.max(0, Date.now() - confirmedAt);
}
