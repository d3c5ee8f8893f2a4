/**
 * The prompts that a client holds and renders in its own process: what `packages/delivery` keeps current, with the files that it starts from, and the programs
 * of its versions. Decision 180 says what is believed of fetched versions, own writes and listeners.
 * See docs/decisions/180-beside-the-frames.md.
 */
import {
  BundleFile,
  type ChangeListener,
  type ClientState,
  type Clock,
  type CompleteVersion,
  compareRevisions,
  DeliveryClient,
  DeliveryRefusedError,
  type Frame,
  type HeldPrompt,
  type Location,
  type Replica,
  type Transport,
} from '@px0/delivery';
import type { Content, ContentOptions } from '../content.ts';
import { reasonOf, refusal, UsageError } from '../errors.ts';
import type { ClientStatus, HeldPrompt as PromptInfo } from '../held.ts';
import { hintSentence } from '../hint.ts';
import type { JsonObject } from '../json.ts';
import type { Kept, KeptPrograms, Wanted } from '../kept-programs.ts';
import type { Settings } from '../options.ts';
import { StateFile } from '../state-file.ts';
import type { State } from '../state-text.ts';
import { settledWithin } from '../time-limit.ts';
import { measured } from '../usage/measured.ts';
import type { Usage } from '../usage/usage.ts';
import { DeliveredPrograms } from './delivered-programs.ts';

/** How long a render waits for what this client itself has written. */
const OWN_WRITE_MS = 50;
/** A file that is not changed otherwise is written again when px0 has confirmed it for so long. */
const SAVE_CONFIRMATION_AFTER_MS = 60_000;

/** What a render in this process has come to. */
export interface LocalRender {
  readonly content: Content;
  readonly source: 'stream' | 'poll' | 'fetched' | 'snapshot' | 'bundle';
  readonly version: number;
  readonly tags: readonly string[];
  readonly promptId: string;
  readonly teamId: string;
  readonly revision: string | null;
  readonly ageMs: number | null;
  readonly stale: boolean;
}

/** Why px0 has to be asked, and the prompt if that is held. */
export interface Elsewhere {
  readonly reason: string;
  readonly prompt: HeldPrompt | undefined;
}

type StatusListener = (status: ClientStatus) => unknown;

/** What it needs of the world; the rest is in the settings. */
export interface LocalWorld {
  readonly clock: Clock;
  readonly transport: Transport;
  /** Programs of versions that are held by number; and of an earlier file. */
  readonly kept: KeptPrograms;
  /** Undefined: renders are not counted. */
  readonly usage: Usage | undefined;
  /** Another px0 answers at the address. */
  readonly onOtherInstallation: () => void;
}

export class LocalPrompts {
  readonly #settings: Settings;
  readonly #world: LocalWorld;
  readonly #client: DeliveryClient;
  readonly #programs = new DeliveredPrograms();
  readonly #file: StateFile | undefined;
  readonly #bundle: BundleFile | undefined;
  readonly #loaded: Promise<void>;
  readonly #listeners = new Set<StatusListener>();
  #isLoaded = false;
  #isRefused = false;
  /** Whether px0 has confirmed what is held since that was written. */
  #isNewlyConfirmed = false;
  /** The digest of what the file holds. */
  #savedDigest = '';

  constructor(settings: Settings, world: LocalWorld) {
    this.#settings = settings;
    this.#world = world;
    const { mode, slugs, teamId, pollIntervalMs, initTimeoutMs, onWarning, host, stateFile, bundle } =
      settings;
    if (mode === 'remote') throw new UsageError('a remote client holds no prompts');
    this.#client = new DeliveryClient({
      mode,
      clock: world.clock,
      transport: world.transport,
      slugs,
      teamId: teamId ?? undefined,
      pollIntervalMs,
      initTimeoutMs,
      onWarning,
      onState: (state) => this.#stateChanged(state),
      onListenerError: (error) => this.#warnOfListener('changes', error),
      onOtherInstallation: world.onOtherInstallation,
      // What does not exist any more leaves nothing behind.
      onRemoved: (promptId) => this.#programs.forget(promptId),
      onConfirmed: () => this.#confirmed(),
    });
    if (stateFile !== undefined) {
      this.#file = new StateFile({
        path: stateFile,
        owner: { host, slugs },
        onRead: (state) => this.#load(state),
        state: () => this.#toSave(),
        onWarning,
      });
    }
    if (bundle !== undefined) {
      this.#bundle = new BundleFile({
        ...bundle,
        clock: world.clock,
        isWatched: mode === 'file',
        after: this.#file?.loaded(),
        onRead: (replica, createdAt) => this.#loadBundle(replica, createdAt),
        onWarning,
      });
    }
    this.#loaded = this.#start();
  }

  get status(): ClientStatus {
    return this.#client.status;
  }

  get revision(): string | null {
    return this.#client.evidence.revision;
  }

  /** Settles when the files have been read and what is needed for a first render is there, or the time for it is over. Undefined: it is so already. */
  settling(signal: AbortSignal | undefined): Promise<void> | undefined {
    const isSettled = this.#settings.mode === 'file' || this.#client.state !== 'initializing';
    return this.#isLoaded && isSettled ? undefined : this.#settle(signal);
  }

  async #settle(signal: AbortSignal | undefined): Promise<void> {
    const { timeoutMs, initTimeoutMs, mode } = this.#settings;
    // A file system may hang, and is no reason for a call to last longer than it may.
    if (!this.#isLoaded) await settledWithin(timeoutMs, this.#loaded, signal);
    if (mode !== 'file') await settledWithin(initTimeoutMs, this.#client.initialized(), signal);
  }

  /** @throws RefusedError when px0 refuses the token, UsageError after `close` */
  requireUsable(): void {
    const location = this.#client.locate({ slug: '' });
    if (location.kind === 'closed' || location.kind === 'refused') throw unusable(location);
  }

  /** Settles when what this client has written is held, or will not be for a while. Undefined: it is. */
  reaching(written: string | undefined, signal: AbortSignal | undefined): Promise<boolean> | undefined {
    if (written === undefined || this.#settings.mode === 'file') return undefined;
    const { revision } = this.#client.evidence;
    if (revision !== null && compareRevisions(revision, written) >= 0) return undefined;
    return this.#reach(written, signal);
  }

  async #reach(written: string, signal: AbortSignal | undefined): Promise<boolean> {
    const reached = this.#client.reaches(written, OWN_WRITE_MS);
    await settledWithin(OWN_WRITE_MS, reached, signal);
    const { revision } = this.#client.evidence;
    return revision !== null && compareRevisions(revision, written) >= 0;
  }

  /**
   * @throws RefusedError where px0 would refuse, UsageError when it is closed
   */
  render(
    { slug, teamId, ref }: Wanted,
    variables: JsonObject,
    options: ContentOptions,
  ): LocalRender | Elsewhere {
    const location = this.#client.locate({ slug, teamId: teamId ?? undefined, ref: ref ?? undefined });
    if (location.kind === 'held') return this.#run(location, variables, options);
    if (location.kind === 'elsewhere') return { reason: location.reason, prompt: location.prompt };
    if (location.kind === 'gone') throw refusal(NOT_FOUND, location.error);
    throw unusable(location);
  }

  /** The render of a version that was fetched by its number, of a prompt that is held. */
  fetchedOf({ id, teamId }: HeldPrompt, { ref }: Wanted, content: Content): LocalRender {
    const { revision, ageMs, stale } = this.#client.evidence;
    const version = Number(ref);
    return { content, source: 'fetched', version, tags: [], promptId: id, teamId, revision, ageMs, stale };
  }

  /** Whether px0 has not confirmed for too long what is held. */
  get isTooOld(): boolean {
    const { maxStaleMs } = this.#settings;
    if (maxStaleMs === Number.POSITIVE_INFINITY) return false;
    const { ageMs, stale } = this.#client.evidence;
    return stale && (ageMs ?? Number.POSITIVE_INFINITY) > maxStaleMs;
  }

  #run(
    { prompt: held, version }: HeldVersion,
    variables: JsonObject,
    options: ContentOptions,
  ): LocalRender | Elsewhere {
    if (this.isTooOld) return { reason: 'what is held is too old', prompt: held };
    const { source, revision, ageMs, stale } = this.#client.evidence;
    const subject = { promptId: held.id, slug: held.prompt.slug, version: version.version, source };
    const ran = measured(this.#world.usage, subject, variables, () =>
      this.#programs.run(held.prompt, version, variables, options),
    );
    if (ran === undefined) return { reason: 'its program cannot be run here', prompt: held };
    return {
      content: ran.content,
      tags: ran.tags,
      source,
      version: version.version,
      promptId: held.id,
      teamId: held.teamId,
      revision,
      ageMs,
      stale,
    };
  }

  /** @throws RefusedError */
  async ready(timeoutMs: number | undefined): Promise<boolean> {
    const { initTimeoutMs, mode } = this.#settings;
    const patienceMs = timeoutMs ?? initTimeoutMs;
    if (!(patienceMs >= 0)) throw new UsageError('timeoutMs must be a number of at least 0');
    if (mode === 'file') {
      await settledWithin(patienceMs, this.#loaded);
      return this.#client.status.ageMs !== null;
    }
    try {
      const ready = this.#client.ready(patienceMs);
      // The client's own timers let a program end.
      await settledWithin(
        patienceMs,
        ready.catch(() => undefined),
      );
      return await this.#client.ready(0);
    } catch (error) {
      if (error instanceof DeliveryRefusedError)
        throw refusal(error.status, error.message, { hint: hintSentence(error.hint ?? null) });
      throw error;
    }
  }

  /** Takes frames that come from somewhere else than px0. */
  feed(frames: readonly Frame[]): void {
    this.#client.feed(frames);
  }

  reconnect(): void {
    this.#client.reconnect();
  }

  onStatus(listener: StatusListener): () => void {
    // The same function may listen twice.
    const tell: StatusListener = (status) => listener(status);
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }

  onChange(slug: string, listener: ChangeListener): () => void {
    return this.#client.onChange(slug, listener);
  }

  /** By slug, and then by team. */
  prompts(): PromptInfo[] {
    const { replica } = this.#client;
    const prompts = [...replica.teamIds].flatMap((teamId) =>
      Array.from(replica.promptsOf(teamId).values(), ({ id, slug, status, live, tags, versions }) => ({
        slug,
        promptId: id,
        teamId,
        status,
        live,
        tags: { ...tags },
        versions: versions.map(({ version }) => version),
      })),
    );
    return prompts.sort((a, b) => compareTexts(a.slug, b.slug) || compareTexts(a.teamId, b.teamId));
  }

  /** Settles when the files have been read. Never rejects. */
  loaded(): Promise<void> {
    return this.#loaded;
  }

  /** Writes the state file now, if it is due. Never rejects. */
  async flush(): Promise<void> {
    await this.#file?.flush();
  }

  /** A fetched program was kept, or forgotten. */
  keptChanged(): void {
    this.#file?.changed();
  }

  async close(): Promise<void> {
    this.#bundle?.close();
    this.#client.close();
    if (this.#isNewlyConfirmed) this.#file?.changed();
    await this.flush();
  }

  async #start(): Promise<void> {
    await this.#file?.loaded();
    await this.#bundle?.loaded();
    this.#isLoaded = true;
    // What waits for the files goes on first: to connect takes its time, too.
    void this.#world.clock.turn().then(() => this.#client.start());
  }

  #load({ replica, savedAt, kept }: State): void {
    for (const entry of kept) this.#world.kept.set(entry);
    if (replica !== undefined) this.#client.load(replica, 'snapshot', savedAt);
  }

  #loadBundle(replica: Replica, createdAt: number): void {
    const older = this.#client.load(replica, 'bundle', createdAt);
    if (older > 0) this.#settings.onWarning('The bundle is older than what is held; that stays.');
  }

  #toSave(): State | undefined {
    this.#savedDigest = '';
    this.#isNewlyConfirmed = false;
    if (this.#isRefused) return { replica: undefined, savedAt: Date.now(), kept: [] };
    const { replica } = this.#client;
    const { ageMs } = this.#client.evidence;
    if (replica.last === undefined || ageMs === null) return undefined;
    this.#savedDigest = digestOf(replica);
    return {
      // Written over many turns, in which it goes on changing.
      replica: replica.fork(),
      savedAt: this.#world.clock.now() - ageMs,
      kept: this.#world.kept.all(),
    };
  }

  #confirmed(): void {
    this.#isRefused = false;
    this.#isNewlyConfirmed = true;
    // What was kept before anything was delivered is held now, or gone; but for versions by number of prompts that are held.
    this.#forgetKept(({ promptId }) => promptId === null || !this.#client.replica.has(promptId));
    if (this.#file === undefined) return;
    const { writtenAt = Number.NEGATIVE_INFINITY } = this.#file;
    const isOld = Date.now() - writtenAt > SAVE_CONFIRMATION_AFTER_MS;
    if (isOld || digestOf(this.#client.replica) !== this.#savedDigest) this.#file.changed();
  }

  #stateChanged(state: ClientState): void {
    if (state === 'refused') {
      this.#isRefused = true;
      this.#programs.clear();
      this.#forgetKept(() => true);
      this.#file?.changed();
      void this.#file?.flush();
    }
    void this.#tell(this.status);
  }

  /** Not at once: it may be a render that has noticed the change. */
  async #tell(status: ClientStatus): Promise<void> {
    await this.#world.clock.turn();
    for (const tell of [...this.#listeners]) {
      // Also one that fails later.
      new Promise((resolve) => resolve(tell(status))).catch((error: unknown) =>
        this.#warnOfListener('the status', error),
      );
    }
  }

  #warnOfListener(what: string, error: unknown): void {
    this.#settings.onWarning(`A listener of ${what} failed: ${reasonOf(error)}`);
  }

  #forgetKept(isGone: (kept: Kept) => boolean): void {
    for (const kept of this.#world.kept.all()) if (isGone(kept)) this.#world.kept.remove(kept);
  }
}

function digestOf(replica: Replica): string {
  const { text, count } = replica.digest();
  return `${text}.${count}`;
}

const NOT_FOUND = 404;

type HeldVersion = { readonly prompt: HeldPrompt; readonly version: CompleteVersion };

type Unusable = Extract<Location, { readonly kind: 'closed' | 'refused' }>;

function unusable(location: Unusable): Error {
  if (location.kind === 'closed') return new UsageError('the client is closed');
  const { status, error, hint = null } = location.refusal;
  return refusal(status, error, { hint: hintSentence(hint) });
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
