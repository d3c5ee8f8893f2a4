/** Makes the parts of a client. */
import { type Clock, type Transport as DeliveryTransport, systemClock } from '@px0/delivery';
import type { ClientParts } from './client-parts.ts';
import { readable } from './errors.ts';
import { Fallbacks } from './fallbacks.ts';
import type { ClientStatus } from './held.ts';
import { KeptPrograms } from './kept-programs.ts';
import { LocalPrompts } from './local/local-prompts.ts';
import { transportOf } from './local/transports.ts';
import type { Settings } from './options.ts';
import { RemoteRenders } from './remote-renders.ts';
import { StateFile } from './state-file.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import { Transport } from './transport.ts';
import { Usage } from './usage/usage.ts';
import { VERSION } from './version.ts';

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
    ? remoteParts(settings, systemClock())
    : localParts(settings, { clock: systemClock(), transport: transportOf(settings) });
}

const USAGE_PATH = '/v1/delivery/usage';

function usageOf(settings: Settings, clock: Clock, transport: Transport): Usage | undefined {
  const { usage, service, onWarning } = settings;
  if (usage === 'off') return undefined;
  return new Usage({
    hasNames: usage === 'full',
    service,
    sdk: `px0-typescript/${VERSION}`,
    clock,
    onWarning,
    // A window is counted once, however often it is sent.
    send: (body, signal) =>
      transport
        .send({
          method: 'POST',
          path: USAGE_PATH,
          body,
          repeatable: true,
          retries: 0,
          mayBeBehind: true,
          signal,
        })
        .then(
          ({ status }) => status,
          () => undefined,
        ),
  });
}

function telemetryOf(
  { telemetry, spans }: Settings,
  status: (() => ClientStatus) | undefined,
): Telemetry | undefined {
  return telemetry ? new Telemetry({ spans, status }) : undefined;
}

function commonParts(settings: Settings, clock: Clock) {
  const { mode, teamId, timeoutMs, remoteWhenNeeded } = settings;
  const transport = new Transport(settings);
  const fallbacks = readable('fallbacks', () => new Fallbacks(settings.fallbacks));
  const usage = usageOf(settings, clock, transport);
  return { mode, teamId, timeoutMs, remoteWhenNeeded, transport, fallbacks, usage };
}

function remoteParts(settings: Settings, clock: Clock): ClientParts {
  const { cache, timeoutMs, stateFile: path, host, onWarning } = settings;
  const common = commonParts(settings, clock);
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
    usage: common.usage,
    timeoutMs,
    freshness: cache,
    kept,
    keeps: () => cache !== undefined,
    isOfPrompts: false,
    maxStaleMs: Number.POSITIVE_INFINITY,
    onKeptChanged: () => stateFile?.changed(),
  });
  const telemetry = telemetryOf(settings, undefined);
  return { ...common, remote, local: undefined, stateFile, telemetry };
}

export function localParts(settings: Settings, world: World): ClientParts & { readonly local: LocalPrompts } {
  const common = commonParts(settings, world.clock);
  const kept = new KeptPrograms(FETCHED_LIMITS);
  const onOtherInstallation = () => common.transport.forgetRevisions();
  const local = new LocalPrompts(settings, { ...world, kept, usage: common.usage, onOtherInstallation });
  const remote = new RemoteRenders({
    transport: common.transport,
    usage: common.usage,
    timeoutMs: settings.timeoutMs,
    freshness: undefined,
    kept,
    // All other versions are held.
    keeps: ({ ref }) => ref !== null && NUMBER.test(ref),
    isOfPrompts: true,
    maxStaleMs: settings.maxStaleMs,
    onKeptChanged: () => local.keptChanged(),
  });
  const telemetry = telemetryOf(settings, () => local.status);
  return { ...common, remote, local, stateFile: undefined, telemetry };
}
