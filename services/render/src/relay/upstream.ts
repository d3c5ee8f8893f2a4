/** Follows the px0 before a relay, and keeps directory, rights and position as it says. */
import {
  BundleFile,
  type DeliveredPrompt,
  DeliveryClient,
  KeptFile,
  readStateFile,
  type StateFile,
  stateFileLines,
  systemClock,
  type Transport,
} from '@px0/delivery';
import { compareTokens, decodeToken, type RevisionToken } from '@px0/event-bus';
import type { Logger } from '@px0/service-kit';
import { DeliveredPromptEntry, type PromptDirectory } from '../prompts/mod.ts';
import type { RelayAccess } from './relay-access.ts';
import { type Upstream as UpstreamFacts, UpstreamState } from './upstream-state.ts';

/** Name of the file in the folder of a relay's state. */
export const STATE_FILE = 'state.ndjson';

/** Streams are told of a refusal before they are told that nothing is there any more. */
const REFUSAL_MS = 250;
/** A file that is not changed otherwise is written again when the upstream has confirmed it for so long. */
const SAVE_CONFIRMATION_AFTER_MS = 60_000;

export interface UpstreamOptions {
  /** Undefined where there is none: only a bundle. */
  readonly url: string | undefined;
  readonly transport: Transport;
  readonly access: RelayAccess;
  /** Undefined: nothing is kept on disk. */
  readonly stateFile: string | undefined;
  readonly bundle: { readonly file: string; readonly keys: readonly string[] } | undefined;
  /** What has not been confirmed for longer is not answered from; 0: any. */
  readonly maxStaleMs: number;
  readonly logger: Logger;
}

/** Whoever is told of new epochs. */
export interface EpochListener {
  onEpoch(): void;
}

/** A prompt, and the team that it is in. */
interface Home {
  readonly teamId: string;
  readonly prompt: DeliveredPrompt;
}

export class Upstream implements UpstreamFacts {
  readonly state: UpstreamState;
  readonly #options: UpstreamOptions;
  readonly #client: DeliveryClient;
  readonly #file: KeptFile<StateFile> | undefined;
  readonly #bundle: BundleFile | undefined;
  readonly #clock = systemClock();
  /** Prompts that were edited and not taken over yet: where they are now. */
  readonly #edited = new Map<string, Home | undefined>();
  #directory: PromptDirectory | undefined;
  #epochListeners: readonly EpochListener[] = [];
  #isScheduled = false;
  #isNewlyConfirmed = false;
  #savedDigest = '';
  #refusalTimer: NodeJS.Timeout | undefined;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    const { url, transport, stateFile, bundle, logger } = options;
    this.state = new UpstreamState(this);
    const onWarning = (text: string): void => logger.warn(text);
    this.#client = new DeliveryClient({
      mode: url === undefined ? 'file' : 'stream',
      transport,
      clock: this.#clock,
      onWarning,
      onEdit: (teamId, before, after) => this.#edit(teamId, before, after),
      onState: (state) => this.#stateChanged(state),
      onConfirmed: () => this.#confirmed(),
    });
    if (stateFile !== undefined) {
      this.#file = new KeptFile<StateFile>({
        path: stateFile,
        owner: { host: url ?? '', slugs: undefined },
        read: readStateFile,
        lines: ({ replica, savedAt }, owner) => stateFileLines(replica, { ...owner, savedAt }),
        onRead: ({ replica, savedAt }) => {
          this.#client.load(replica, 'snapshot', savedAt);
          this.#savedDigest = this.#digest();
          this.#schedule();
        },
        state: () => this.#toSave(),
        onWarning,
      });
    }
    if (bundle !== undefined) {
      this.#bundle = new BundleFile({
        ...bundle,
        clock: this.#clock,
        isWatched: true,
        after: this.#file?.loaded(),
        onRead: (replica, createdAt) => {
          const older = this.#client.load(replica, 'bundle', createdAt);
          if (older > 0) logger.warn({ teams: older }, 'bundle is older than what is held');
          this.#schedule();
        },
        onWarning,
      });
    }
  }

  /** Begins. What was kept is read first; resolves when it is there. */
  async start(directory: PromptDirectory): Promise<void> {
    this.#directory = directory;
    await this.#file?.loaded();
    await this.#bundle?.loaded();
    this.#client.start();
    this.#takeOver();
  }

  /** Who is told of a new epoch, in this order. */
  tellEpochs(...listeners: readonly EpochListener[]): void {
    this.#epochListeners = listeners;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#refusalTimer);
    this.#bundle?.close();
    this.#client.close();
    if (this.#isNewlyConfirmed) this.#file?.changed();
    await this.#file?.flush();
  }

  get isFollowing(): boolean {
    return this.#client.isFollowing;
  }

  get isRefused(): boolean {
    return this.#client.refusal !== undefined;
  }

  get isUsable(): boolean {
    const { maxStaleMs } = this.#options;
    return this.#holdsAnything && (maxStaleMs === 0 || this.staleSeconds * 1_000 <= maxStaleMs);
  }

  /** Since when the upstream has not confirmed what is here, in seconds; 0 while it is followed. Infinite when it never has. */
  get staleSeconds(): number {
    if (this.isFollowing) return 0;
    const { ageMs } = this.#client.evidence;
    return ageMs === null ? Number.POSITIVE_INFINITY : ageMs / 1_000;
  }

  get details(): Readonly<Record<string, unknown>> {
    const { state, revision, teams, repairs, lastError } = this.#client.status;
    const { text: digest, count } = this.#client.replica.digest();
    const { staleSeconds } = this;
    return {
      upstream: state,
      connected: this.isFollowing,
      stale_seconds: Number.isFinite(staleSeconds) ? Math.round(staleSeconds) : null,
      revision,
      digest,
      count,
      teams,
      repairs,
      last_error: lastError,
    };
  }

  get #holdsAnything(): boolean {
    const { replica } = this.#client;
    return replica.isSynced || replica.teamIds.next().done !== true;
  }

  #edit(teamId: string, before: DeliveredPrompt | undefined, after: DeliveredPrompt | undefined): void {
    const id = after?.id ?? before?.id;
    if (id === undefined) return;
    if (after !== undefined) this.#edited.set(id, { teamId, prompt: after });
    else {
      const edited = this.#edited.get(id);
      const home = this.#edited.has(id) ? edited?.teamId : this.#directory?.byId(id)?.teamId;
      // One that has moved is elsewhere by now.
      if (home === teamId) this.#edited.set(id, undefined);
    }
    this.#schedule();
  }

  #stateChanged(state: string): void {
    if (this.isRefused) {
      this.#options.access.isRefused = true;
      this.#file?.changed();
      void this.#file?.flush();
    }
    this.#options.logger.info({ upstream: state }, 'the state of the upstream has changed');
    this.#schedule();
  }

  #confirmed(): void {
    this.#isNewlyConfirmed = true;
    this.#schedule();
    if (this.#file === undefined) return;
    const writtenAt = this.#file.writtenAt ?? 0;
    const isOld = Date.now() - writtenAt > SAVE_CONFIRMATION_AFTER_MS;
    if (isOld || this.#digest() !== this.#savedDigest) this.#file.changed();
  }

  /** All that has come together is taken over at once, after it was applied. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (!this.isRefused) queueMicrotask(() => this.#takeOver());
    else this.#refusalTimer = setTimeout(() => this.#takeOver(), REFUSAL_MS).unref();
  }

  #takeOver(): void {
    this.#isScheduled = false;
    const directory = this.#directory;
    if (directory === undefined) return;
    const { access } = this.#options;
    const { replica } = this.#client;
    const { head, settled } = this.#positions();
    if (this.state.advance(head, settled)) for (const listener of this.#epochListeners) listener.onEpoch();
    if (!this.isRefused && this.#holdsAnything) access.isRefused = false;
    const teamIds = new Set(replica.teamIds);
    for (const teamId of teamIds) access.addTeam(teamId);
    for (const teamId of [...access.teamIds]) if (!teamIds.has(teamId)) access.removeTeam(teamId);
    for (const [id, edited] of this.#edited) {
      this.state.show(id);
      if (edited === undefined) directory.drop('prompt', id);
      else directory.put(new DeliveredPromptEntry(edited.teamId, edited.prompt, directory.byId(id)));
      if (edited === undefined) this.state.forget(id);
    }
    this.#edited.clear();
    this.state.wake();
  }

  #positions(): { readonly head: RevisionToken | undefined; readonly settled: RevisionToken | undefined } {
    const { replica } = this.#client;
    const last = replica.last === undefined ? undefined : decodeToken(replica.last);
    const floor = replica.floor === undefined ? undefined : decodeToken(replica.floor);
    // A bundle has revisions of teams only.
    const teams = [...replica.teamIds].map((teamId) => decodeToken(replica.revisionOf(teamId) ?? ''));
    const head = [last, floor, ...(last === undefined ? teams : [])].reduce(laterOf, undefined);
    const isOfFile = !replica.isSynced && !replica.isInTransfer;
    return { head, settled: last ?? (isOfFile ? head : undefined) };
  }

  #digest(): string {
    const { text, count } = this.#client.replica.digest();
    return `${text}.${count}`;
  }

  #toSave(): StateFile | undefined {
    const { replica } = this.#client;
    const { ageMs } = this.#client.evidence;
    this.#savedDigest = '';
    this.#isNewlyConfirmed = false;
    // After a refusal it is written without anything.
    if (!this.isRefused && (replica.last === undefined || ageMs === null)) return undefined;
    this.#savedDigest = this.#digest();
    return { replica: replica.fork(), savedAt: this.#clock.now() - (ageMs ?? 0), kept: [] };
  }
}

function laterOf(
  one: RevisionToken | undefined,
  other: RevisionToken | undefined,
): RevisionToken | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return compareTokens(other, one) > 0 ? other : one;
}
