/** The object graph of a relay: a render process that follows another px0 instead of the stream; `serve.ts` has what it answers with. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigError,
  observe,
  queryValueOf,
  type RunningServer,
  relayMetricCatalog,
  type ServiceDependencies,
} from '@px0/service-kit';
import { VersionBodies } from './bodies/mod.ts';
import { DeliveryView, observeReports, UsageReports } from './delivery/mod.ts';
import { observeRender, RenderMetrics } from './metrics.ts';
import { PromptDirectory } from './prompts/mod.ts';
import { RelayAccess } from './relay/relay-access.ts';
import type { RelayConfig } from './relay/relay-config.ts';
import { TokensFile } from './relay/tokens-file.ts';
import { STATE_FILE, Upstream } from './relay/upstream.ts';
import { UpstreamBodies } from './relay/upstream-bodies.ts';
import { UpstreamReports } from './relay/upstream-reports.ts';
import { noTransport, upstreamTransport } from './relay/upstream-transport.ts';
import { serve } from './serve.ts';
import { UsageAggregator } from './usage/mod.ts';

/**
 * Starts a relay. It listens at once, and is ready when it holds anything: of its upstream, its file or its bundle.
 * See docs/decisions/195-relays.md.
 */
export async function startRelay(
  config: RelayConfig,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
): Promise<RunningServer> {
  const { address, bundle } = sourcesOf(config);
  const access = new RelayAccess(address?.key);
  if (config.RELAY_TOKENS_FILE !== undefined) {
    const tokens = new TokensFile(config.RELAY_TOKENS_FILE, (all) => access.setTokens(all), logger);
    cleanups.add('tokens file', () => tokens.close());
    await tokens.start();
  }
  const transport = address === undefined ? noTransport : upstreamTransport(address);
  const upstream = new Upstream({
    url: address?.url,
    transport,
    access,
    stateFile: await stateFileIn(config.RELAY_STATE_DIR),
    bundle,
    maxStaleMs: config.RELAY_MAX_STALE_MS,
    logger,
  });
  const source = new UpstreamBodies({ promptById: (id) => directory.byId(id), transport });
  const bodies = new VersionBodies({
    source,
    maxBytes: config.VERSION_CACHE_BYTES,
    maxFetches: config.VERSION_FETCHES,
    promptById: (id) => directory.byId(id),
  });
  const directory = new PromptDirectory((previous, prompt, time) => view.onPrompt(previous, prompt, time));
  const view = new DeliveryView({
    directory,
    bodies,
    source,
    position: upstream.state.asPosition(),
    logger,
  });
  cleanups.add('delivery', () => view.close());
  cleanups.add('upstream', () => upstream.stop());
  // A relay that has a bundle alone is told nothing, and nobody has to see to that.
  if (address !== undefined) {
    observe(relayMetricCatalog.relayConnected, () => (upstream.isFollowing ? 1 : 0));
    observe(relayMetricCatalog.relayStaleness, () => {
      const { staleSeconds } = upstream;
      return Number.isFinite(staleSeconds) ? staleSeconds : process.uptime();
    });
  }

  const usage = new UsageAggregator();
  const metrics = new RenderMetrics();
  observeRender(metrics, directory, bodies);
  const upstreamReports = new UpstreamReports({
    address,
    source: usage,
    onCounts: (counts) => metrics.add(counts),
    intervalMs: config.USAGE_FLUSH_MS,
    logger,
  });
  cleanups.add('usage', () => upstreamReports.stop());
  upstreamReports.start();

  const reports = new UsageReports({ sink: upstreamReports, access: access.projection, directory });
  observeReports(reports);

  return serve(
    // All callers are of one organization: what it may have is what the process has.
    { ...config, WEB_CONCURRENCY: 1, DELIVERY_STREAMS_PER_ORGANIZATION: config.DELIVERY_STREAMS },
    { logger, cleanups },
    {
      access: access.projection,
      directory,
      bodies,
      view,
      followed: upstream.state,
      usage,
      reports,
      metrics,
      readiness: (url) => ({
        ready: upstream.state.ready && isWithin(upstream.staleSeconds, queryValueOf(url, 'max_stale')),
        details: {
          prompts: directory.size,
          fetched_versions: bodies.size,
          tokens: access.tokens,
          ...upstream.details,
        },
      }),
      prefixes: [],
      handlers: { healthCheck: async () => ({ status: 'OK' }) },
      beforeListening: async (listeners) => {
        upstream.tellEpochs(view, listeners);
        await upstream.start(directory);
      },
    },
  );
}

/** @throws ConfigError */
function sourcesOf({ PX0_UPSTREAM, PX0_UPSTREAM_KEY, RELAY_BUNDLE, RELAY_BUNDLE_KEYS }: RelayConfig) {
  if (PX0_UPSTREAM === undefined && RELAY_BUNDLE === undefined)
    throw new ConfigError('PX0_UPSTREAM or RELAY_BUNDLE must be set.');
  if (PX0_UPSTREAM !== undefined && (PX0_UPSTREAM_KEY ?? '') === '')
    throw new ConfigError('PX0_UPSTREAM_KEY must be set where PX0_UPSTREAM is.');
  if (RELAY_BUNDLE !== undefined && RELAY_BUNDLE_KEYS.length === 0)
    throw new ConfigError('RELAY_BUNDLE_KEYS must be set where RELAY_BUNDLE is.');
  const address =
    PX0_UPSTREAM === undefined ? undefined : { url: baseOf(PX0_UPSTREAM), key: PX0_UPSTREAM_KEY ?? '' };
  const bundle = RELAY_BUNDLE === undefined ? undefined : { file: RELAY_BUNDLE, keys: RELAY_BUNDLE_KEYS };
  return { address, bundle };
}

/** Without a name and password, which the file of the state would repeat, and which the key takes the place of. */
function baseOf(address: string): string {
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

/** @throws ConfigError when the folder cannot be made */
async function stateFileIn(folder: string): Promise<string | undefined> {
  if (folder === '') return undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ConfigError(
      `RELAY_STATE_DIR cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  return join(folder, STATE_FILE);
}

/** Whether so many seconds without a word of the upstream are few enough. What is no number asks for nothing. */
function isWithin(staleSeconds: number, most: string | undefined): boolean {
  if (most === undefined || !/^\d{1,9}(\.\d+)?$/.test(most)) return true;
  return staleSeconds <= Number(most);
}
