/** Makes the parts of a client. */
import type { Clock, Transport as DeliveryTransport } from '@px0/delivery';
import type { ClientParts } from './client-parts.ts';
import { readable } from './errors.ts';
import { Fallbacks } from './fallbacks.ts';
import { KeptPrograms } from './kept-programs.ts';
import { systemClock } from './local/clock.ts';
import { LocalPrompts } from './local/local-prompts.ts';
import { transportOf } from './local/transports.ts';
import type { Settings } from './options.ts';
import { RemoteRenders } from './remote-renders.ts';
import { StateFile } from './state-file.ts';
import { Transport } from './transport.ts';

const NUMBER = /^\d+$/;
/** Of versions that are fetched one by one, beside those that are held. */
const FETCHED_LIMITS = { maxEntries: 1_000, maxBytes: 64 * 1024 * 1024 };

/** What a client needs of the world, where a test brings its own. */
export interface World {
  readonly clock: Clock;
  readonly transport: DeliveryTransport;
}

/** @throws UsageError for fallbacks that cannot work */
export function partsOf(settings: Settings): ClientParts {
  return settings.mode === 'remote'
    ? remoteParts(settings)
    : localParts(settings, { clock: systemClock(), transport: transportOf(settings) });
}

function commonParts(settings: Settings) {
  const { mode, teamId, timeoutMs, remoteWhenNeeded } = settings;
  const transport = new Transport(settings);
  const fallbacks = readable('fallbacks', () => new Fallbacks(settings.fallbacks));
  return { mode, teamId, timeoutMs, remoteWhenNeeded, transport, fallbacks };
}

function remoteParts(settings: Settings): ClientParts {
  const { cache, timeoutMs, stateFile: path, host, onWarning } = settings;
  const common = commonParts(settings);
  const kept = new KeptPrograms(cache ?? { maxEntries: 0, maxBytes: 0 });
  const stateFile =
    path === undefined
      ? undefined
      : new StateFile({
          path,
          owner: { host, slugs: undefined },
          onRead: ({ kept: entries }) => {
            for (const entry of entries) {
              if (kept.get(entry) === undefined) kept.set({ ...entry, promptId: null });
            }
          },
          state: () => ({ replica: undefined, savedAt: Date.now(), kept: kept.all() }),
          onWarning,
        });
  const remote = new RemoteRenders({
    transport: common.transport,
    timeoutMs,
    freshness: cache,
    kept,
    keeps: () => cache !== undefined,
    isOfPrompts: false,
    maxStaleMs: Number.POSITIVE_INFINITY,
    onKeptChanged: () => stateFile?.changed(),
  });
  return { ...common, remote, local: undefined, stateFile };
}

export function localParts(settings: Settings, world: World): ClientParts & { readonly local: LocalPrompts } {
  const common = commonParts(settings);
  const kept = new KeptPrograms(FETCHED_LIMITS);
  const onOtherInstallation = () => common.transport.forgetRevisions();
  const local = new LocalPrompts(settings, { ...world, kept, onOtherInstallation });
  const remote = new RemoteRenders({
    transport: common.transport,
    timeoutMs: settings.timeoutMs,
    freshness: undefined,
    kept,
    // All other versions are held.
    keeps: ({ ref }) => ref !== null && NUMBER.test(ref),
    isOfPrompts: true,
    maxStaleMs: settings.maxStaleMs,
    onKeptChanged: () => local.keptChanged(),
  });
  return { ...common, remote, local, stateFile: undefined };
}
