/** The object graph of a render process that follows the stream; `serve.ts` has what it answers with. */
import { AccessProjection } from '@px0/access';
import {
  connectConfigured,
  observeProjection,
  Projection,
  publishUsage,
  UsagePublisher,
} from '@px0/event-bus';
import type { RunningServer, ServiceDependencies } from '@px0/service-kit';
import { StreamBodySource, VersionBodies } from './bodies/mod.ts';
import type { Config } from './config.ts';
import { DeliveryView, observeReports, positionOf, UsageReports } from './delivery/mod.ts';
import { observeRender, RenderMetrics } from './metrics.ts';
import { PromptDirectory } from './prompts/mod.ts';
import { serve } from './serve.ts';
import { UsageAggregator } from './usage/mod.ts';

/** Starts a render process. It listens at once, or when it is ready if `listenWhenReady` is set, and is ready when its projection has caught up with the stream. */
export async function startRender(
  config: Config,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
  { listenWhenReady = false } = {},
): Promise<RunningServer> {
  const bus = await connectConfigured(config, { name: 'render', logger });
  cleanups.add('nats', () => bus.close());

  const access = new AccessProjection();
  const comparesSince = () => projection.comparesSince('registry');
  const source = new StreamBodySource(bus, comparesSince);
  const bodies = new VersionBodies({
    source,
    maxBytes: config.VERSION_CACHE_BYTES,
    maxFetches: config.VERSION_FETCHES,
    promptById: (id) => directory.byId(id),
    comparesSince,
  });
  const directory = new PromptDirectory((previous, prompt, time) => {
    if (prompt !== undefined) bodies.prefetchTagged(prompt);
    view.onPrompt(previous, prompt, time);
  });
  const projection = new Projection({ bus, views: [access, directory], logger });
  const view = new DeliveryView({ directory, bodies, source, position: positionOf(projection), logger });
  cleanups.add('delivery', () => view.close());
  cleanups.add('projection', () => projection.stop());
  await projection.start();
  observeProjection(projection, bus);

  const usage = new UsageAggregator();
  const metrics = new RenderMetrics();
  observeRender(metrics, directory, bodies);
  const publisher = new UsagePublisher({
    source: usage,
    onCounts: (counts) => metrics.add(counts),
    bus,
    intervalMs: config.USAGE_FLUSH_MS,
    logger,
  });
  cleanups.add('usage', () => publisher.stop());
  publisher.start();

  const reports = new UsageReports({
    sink: {
      get isOpen() {
        return bus.connected;
      },
      take: (window) => publishUsage(bus, window),
    },
    access,
    directory,
  });
  observeReports(reports);

  return serve(
    config,
    { logger, cleanups },
    {
      access,
      directory,
      bodies,
      view,
      followed: projection,
      usage,
      reports,
      metrics,
      readiness: () => ({
        ready: projection.ready,
        details: {
          prompts: directory.size,
          fetched_versions: bodies.size,
          position: projection.position,
          connected: projection.connected,
          projection_lag_seconds: projection.lagSeconds,
          incomplete: projection.incomplete,
        },
      }),
      prefixes: ['/v1/prompts', '/v1/render', '/v1/delivery'],
      beforeListening: async (listeners) => {
        projection.onReturn((contexts) => contexts.has('registry') && view.onReturn());
        projection.onEpoch(() => {
          view.onEpoch();
          listeners.onEpoch();
        });
        if (listenWhenReady) await projection.whenReady();
      },
    },
  );
}
