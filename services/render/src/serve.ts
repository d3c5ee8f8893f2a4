/** What a process that answers renders and deliveries is made of, whatever its state follows: the stream, or another px0. */
import { type AccessProjection, authenticateRoute, hintOfRefusal, type Principal } from '@px0/access';
import { consistency, type FollowedState } from '@px0/event-bus';
import { defaultThreads, observeHeavyPool } from '@px0/heavy-renders';
import {
  ApiError,
  type Handlers,
  healthRoutes,
  mountRoutes,
  type Readiness,
  type RunningServer,
  type ServiceDependencies,
  startHttpServer,
  warnOfOpenFiles,
} from '@px0/service-kit';
import express from 'express';
import { createRenderBatch } from './batch/render-batch.ts';
import { batchRoutes } from './batch/routes.ts';
import type { VersionBodies } from './bodies/mod.ts';
import type { Config } from './config.ts';
import {
  DeliveryRequests,
  type DeliveryView,
  Listeners,
  observeDelivery,
  reportRoutes,
  type UsageReports,
} from './delivery/mod.ts';
import { HeavyRenders } from './heavy/mod.ts';
import { createHotPath } from './http/hot-path.ts';
import type { RenderMetrics } from './metrics.ts';
import type { PromptDirectory } from './prompts/mod.ts';
import { ProjectionRevisions } from './revisions/mod.ts';
import type { UsageAggregator } from './usage/mod.ts';

/** Before the end of the process's patience, in which answers still get out. */
const LAST_MOMENT_MS = 500;

/** How long a delivery waits for the revision that it demands: unlike a render, it is in no hurry. */
const DELIVERY_WAIT_MS = 1_000;

export type ServingConfig = Pick<
  Config,
  | 'DELIVERY_CACHE_BYTES'
  | 'DELIVERY_HEARTBEAT_MS'
  | 'DELIVERY_MAX_PROMPTS'
  | 'DELIVERY_STREAM_MS'
  | 'DELIVERY_STREAMS'
  | 'DELIVERY_STREAMS_PER_CALLER'
  | 'DELIVERY_STREAMS_PER_ORGANIZATION'
  | 'DRAIN_DELAY_MS'
  | 'HEAVY_RENDER_THREADS'
  | 'HOST'
  | 'PORT'
  | 'SHUTDOWN_TIMEOUT_MS'
  | 'WEB_CONCURRENCY'
>;

/** What the answers are made from. */
export interface ServedState {
  readonly access: AccessProjection;
  readonly directory: PromptDirectory;
  readonly bodies: VersionBodies;
  readonly view: DeliveryView;
  readonly followed: FollowedState & { readonly settledInEpoch: boolean };
  readonly usage: UsageAggregator;
  /** Takes what applications report of their own renders. */
  readonly reports: Pick<UsageReports, 'take'>;
  readonly metrics: RenderMetrics;
  /** For `/readyz`, whose URL it is given. */
  readonly readiness: (url: string) => Readiness;
  /** Below these paths an unknown one is authenticated before it is a 404. */
  readonly prefixes: readonly string[];
  /** Runs when all that hears of changes is there, before the port opens. */
  readonly beforeListening: (listeners: Listeners) => void | Promise<void>;
  /** What it serves besides renders, deliveries and reports. */
  readonly handlers?: Handlers<Principal>;
}

/** Answers from a state until the cleanups run. */
export async function serve(
  config: ServingConfig,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
  state: ServedState,
): Promise<RunningServer> {
  const { access, directory, bodies, view, followed, usage, reports, metrics } = state;
  const heavy = new HeavyRenders({
    access,
    threads: config.HEAVY_RENDER_THREADS ?? defaultThreads(config.WEB_CONCURRENCY),
    logger,
  });
  cleanups.add('heavy renders', () => heavy.pool.close(0));
  observeHeavyPool(heavy.pool);

  const app = express();
  healthRoutes(app, {
    ready: (url) => {
      const { ready, details } = state.readiness(url);
      return { ready: ready && !server.draining, details };
    },
  });
  mountRoutes<Principal>(app, {
    handlers: {
      ...batchRoutes(createRenderBatch({ access, directory, bodies, heavy, usage, metrics }), heavy),
      ...reportRoutes(reports, heavy),
      ...state.handlers,
    },
    authenticate: (route, req) => {
      const authorized = authenticateRoute(access, usage, route, req.headers.authorization);
      if ('error' in authorized) throw new ApiError(authorized.error);
      return authorized;
    },
    hintOf: (code, route, req) => hintOfRefusal(access, code, route.operationId, req.headers.authorization),
    around: consistency({ projection: followed, awaitsRights: access.callerAwaitsPlacement }),
    prefixes: state.prefixes,
    logger,
  });
  const answerRender = createHotPath({
    access,
    directory,
    bodies,
    heavy,
    revisions: new ProjectionRevisions(followed),
    usage,
    metrics,
    logger,
  });
  warnOfOpenFiles(config.DELIVERY_STREAMS, 'DELIVERY_STREAMS', logger);
  const listeners = new Listeners({
    access,
    view,
    uses: usage,
    isConnected: () => followed.connected,
    isSettledInEpoch: () => followed.settledInEpoch,
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
  const deliveries = new DeliveryRequests({
    access,
    directory,
    view,
    listeners,
    revisions: new ProjectionRevisions(followed, DELIVERY_WAIT_MS),
    uses: usage,
    maxPrompts: config.DELIVERY_MAX_PROMPTS,
    logger,
  });
  await state.beforeListening(listeners);
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
