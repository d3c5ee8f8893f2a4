/** The whole object graph of a render process on one page. */
import { AccessProjection, authenticateRoute, type Principal } from '@px0/access';
import {
  connectConfigured,
  consistency,
  observeProjection,
  Projection,
  UsagePublisher,
} from '@px0/event-bus';
import { defaultThreads, observeHeavyPool } from '@px0/heavy-renders';
import {
  ApiError,
  healthRoutes,
  mountRoutes,
  type RunningServer,
  type ServiceDependencies,
  startHttpServer,
  warnOfOpenFiles,
} from '@px0/service-kit';
import express from 'express';
import { createRenderBatch } from './batch/render-batch.ts';
import { batchRoutes } from './batch/routes.ts';
import { StreamBodySource, VersionBodies } from './bodies/mod.ts';
import type { Config } from './config.ts';
import {
  DeliveryRequests,
  DeliveryView,
  Listeners,
  observeDelivery,
  observeReports,
  positionOf,
  reportRoutes,
  UsageReports,
} from './delivery/mod.ts';
import { HeavyRenders } from './heavy/mod.ts';
import { createHotPath } from './http/hot-path.ts';
import { observeRender, RenderMetrics } from './metrics.ts';
import { PromptDirectory } from './prompts/mod.ts';
import { ProjectionRevisions } from './revisions/mod.ts';
import { UsageAggregator } from './usage/mod.ts';

/** Before the end of the process's patience, in which answers still get out. */
const LAST_MOMENT_MS = 500;

/** How long a delivery waits for the revision that it demands: unlike a render, it is in no hurry. */
const DELIVERY_WAIT_MS = 1_000;

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

  const heavy = new HeavyRenders({
    access,
    threads: config.HEAVY_RENDER_THREADS ?? defaultThreads(config.WEB_CONCURRENCY),
    logger,
  });
  cleanups.add('heavy renders', () => heavy.pool.close(0));
  observeHeavyPool(heavy.pool);

  const usage = new UsageAggregator();
  const renderMetrics = new RenderMetrics();
  observeRender(renderMetrics, directory, bodies);
  const publisher = new UsagePublisher({
    source: usage,
    onCounts: (counts) => renderMetrics.add(counts),
    bus,
    intervalMs: config.USAGE_FLUSH_MS,
    logger,
  });
  cleanups.add('usage', () => publisher.stop());
  publisher.start();

  const reports = new UsageReports({ bus, access, directory });
  observeReports(reports);

  const app = express();
  healthRoutes(app, {
    ready: () => ({
      ready: projection.ready && !server.draining,
      details: {
        prompts: directory.size,
        fetched_versions: bodies.size,
        position: projection.position,
        connected: projection.connected,
        projection_lag_seconds: projection.lagSeconds,
        incomplete: projection.incomplete,
      },
    }),
  });
  mountRoutes<Principal>(app, {
    handlers: {
      ...batchRoutes(
        createRenderBatch({ access, directory, bodies, heavy, usage, metrics: renderMetrics }),
        heavy,
      ),
      ...reportRoutes(reports, heavy),
    },
    authenticate: (route, req) => {
      const authorized = authenticateRoute(access, usage, route, req.headers.authorization);
      if ('error' in authorized) throw new ApiError(authorized.error);
      return authorized;
    },
    around: consistency({ projection, awaitsRights: access.callerAwaitsPlacement }),
    prefixes: ['/v1/prompts', '/v1/render', '/v1/delivery'],
    logger,
  });
  const answerRender = createHotPath({
    access,
    directory,
    bodies,
    heavy,
    revisions: new ProjectionRevisions(projection),
    usage,
    metrics: renderMetrics,
    logger,
  });
  warnOfOpenFiles(config.DELIVERY_STREAMS, 'DELIVERY_STREAMS', logger);
  const listeners = new Listeners({
    access,
    view,
    uses: usage,
    isConnected: () => projection.connected,
    isSettledInEpoch: () => projection.settledInEpoch,
    bounds: {
      streams: config.DELIVERY_STREAMS,
      perCaller: config.DELIVERY_STREAMS_PER_CALLER,
      perOrganization: config.DELIVERY_STREAMS_PER_ORGANIZATION,
      maxPrompts: config.DELIVERY_MAX_PROMPTS,
      cacheBytes: config.DELIVERY_CACHE_BYTES,
      lifeMs: config.DELIVERY_STREAM_MS,
      heartbeatMs: config.DELIVERY_HEARTBEAT_MS,
    },
    logger,
  });
  cleanups.add('streams', () => listeners.close());
  observeDelivery(listeners);
  projection.onReturn((contexts) => contexts.has('registry') && view.onReturn());
  projection.onEpoch(() => {
    view.onEpoch();
    listeners.onEpoch();
  });
  const deliveries = new DeliveryRequests({
    access,
    directory,
    view,
    listeners,
    revisions: new ProjectionRevisions(projection, DELIVERY_WAIT_MS),
    uses: usage,
    maxPrompts: config.DELIVERY_MAX_PROMPTS,
    logger,
  });
  if (listenWhenReady) await projection.whenReady();
  const server = await startHttpServer({
    app,
    before: (req, res) => answerRender(req, res) || deliveries.handle(req, res),
    onDrain: () => {
      deliveries.drain();
      // Half of the time is the clients', who leave when they have found another place; the rest is for those that do not.
      void listeners.drain(config.DRAIN_DELAY_MS, config.DRAIN_DELAY_MS + config.SHUTDOWN_TIMEOUT_MS / 2);
    },
    host: config.HOST,
    port: config.PORT,
    logger,
    timeouts: { drainMs: config.SHUTDOWN_TIMEOUT_MS, drainDelayMs: config.DRAIN_DELAY_MS },
  });
  const patience = config.SHUTDOWN_TIMEOUT_MS + config.DRAIN_DELAY_MS;
  cleanups.add(
    'http server',
    async () => {
      // Heavy renders that will not end in time are answered 503 while their connections still stand.
      const lastMoment = setTimeout(() => void heavy.pool.close(0), Math.max(0, patience - LAST_MOMENT_MS));
      await server.close();
      clearTimeout(lastMoment);
    },
    patience + 2_000,
  );
  return server;
}
