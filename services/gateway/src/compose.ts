/** The gateway's object graph. */
import {
  metricCatalog,
  observeAnswers,
  type RunningServer,
  type ServiceDependencies,
  startHttpServer,
  warnOfOpenFiles,
} from '@px0/service-kit';
import type { Config } from './config.ts';
import { clientAddressReader } from './edge/client-address.ts';
import { Cors } from './edge/cors.ts';
import { securityHeaders } from './edge/security-headers.ts';
import { Gateway } from './gateway.ts';
import { connectRedis, memoryLimiters, redisLimiters } from './limits/limiters.ts';
import { type LimiterFactory, Limits } from './limits/limits.ts';
import { SessionUsers } from './limits/session-users.ts';
import { Metrics, observeGateway } from './metrics.ts';
import { createPages } from './pages/pages.ts';
import { HighestRevision } from './revision/highest-revision.ts';
import type { UpstreamName } from './routing.ts';
import { StreamRoom } from './streams/stream-room.ts';
import type { EndpointDirectory, ResolveName } from './upstreams/addresses.ts';
import { EndpointWatch } from './upstreams/endpoints/endpoint-watch.ts';
import { SliceApi } from './upstreams/endpoints/slice-api.ts';
import { Upstream } from './upstreams/upstream.ts';

interface Dependencies extends Pick<ServiceDependencies, 'logger' | 'cleanups'> {
  /** Default: the system's resolver. */
  readonly resolveName?: ResolveName;
}

/** Starts the gateway. It listens whether or not the services are there yet: each route answers as its own service does. */
export async function startGateway(
  config: Config,
  { logger, cleanups, resolveName }: Dependencies,
): Promise<RunningServer> {
  const directory = await followEndpoints(config, { logger, cleanups });
  const upstreams = createUpstreams(config, logger, { directory, resolveName });
  // Without replicas of its own, delivery is render's, and its breakers, too.
  const all = [...new Set(Object.values(upstreams))];
  const streams = new StreamRoom(config.GATEWAY_STREAMS);
  warnOfOpenFiles(2 * config.GATEWAY_STREAMS, 'GATEWAY_STREAMS', logger);
  await Promise.all(all.map((upstream) => upstream.start()));
  cleanups.add('upstreams', async () => {
    await Promise.all(all.map((upstream) => upstream.close()));
  });

  const metrics = new Metrics();
  observeGateway(metrics, all, streams);
  const sessionUsers = new SessionUsers({ identityUrls: config.IDENTITY_URL, logger });
  const security = securityHeaders({ hsts: config.HSTS });
  const running: { server?: RunningServer } = {};
  const pages = createPages({
    upstreams: all,
    isServing: () => running.server?.draining === false,
    securityHeaders: security.pages,
    consoleDirectory: config.CONSOLE_DIRECTORY,
    consoleHeaders: security.console,
    docsDirectory: config.DOCS_DIRECTORY,
    logger,
  });
  const gateway = new Gateway({
    upstreams,
    streams,
    snapshots: new StreamRoom(config.UPSTREAM_PENDING_LIMIT),
    revision: new HighestRevision(),
    limits: new Limits(
      {
        auth: config.RATE_LIMIT_AUTH,
        write: config.RATE_LIMIT_WRITE,
        read: config.RATE_LIMIT_READ,
        render: config.RATE_LIMIT_RENDER,
      },
      config.RATE_LIMIT_WINDOW_SECONDS,
      createLimiters(config, { logger, cleanups }),
      (authorization) => sessionUsers.userOf(authorization),
    ),
    cors: new Cors(config.CORS_ORIGINS),
    clientAddress: clientAddressReader(config.TRUSTED_PROXIES),
    securityHeaders: security.api,
    pages,
    metrics,
    logger,
  });

  running.server = await startHttpServer({
    handler: gateway.handle,
    onDrain: () => streams.drain(config.DRAIN_DELAY_MS),
    host: config.HOST,
    port: config.PORT,
    logger,
    timeouts: { drainMs: config.SHUTDOWN_TIMEOUT_MS, drainDelayMs: config.DRAIN_DELAY_MS },
  });
  const patience = config.SHUTDOWN_TIMEOUT_MS + config.DRAIN_DELAY_MS + 2_000;
  cleanups.add('http server', () => running.server?.close(), patience);
  return running.server;
}

/** Undefined where there is no Kubernetes to ask. */
async function followEndpoints(
  config: Config,
  { logger, cleanups }: Dependencies,
): Promise<EndpointDirectory | undefined> {
  if (config.KUBERNETES_API_URL === undefined) return undefined;
  const watch = new EndpointWatch({
    api: new SliceApi({
      url: config.KUBERNETES_API_URL,
      accountDirectory: config.KUBERNETES_ACCOUNT_DIRECTORY,
    }),
    urls: [
      config.IDENTITY_URL,
      config.TENANCY_URL,
      config.PROMPT_REGISTRY_URL,
      config.RENDER_URL,
      config.DELIVERY_URL ?? [],
    ].flat(),
    logger,
  });
  await watch.start();
  cleanups.add('endpoints', () => watch.close());
  return watch;
}

function createUpstreams(
  config: Config,
  logger: Dependencies['logger'],
  addresses: {
    readonly directory: EndpointDirectory | undefined;
    readonly resolveName: ResolveName | undefined;
  },
): Record<UpstreamName, Upstream> {
  const create = (name: UpstreamName, urls: readonly string[], ordinary: number) =>
    new Upstream({
      name,
      urls,
      timeouts: { ordinary, long: Math.max(ordinary, config.LONG_TIMEOUT_MS), stream: ordinary },
      connections: config.UPSTREAM_CONNECTIONS,
      pendingLimit: config.UPSTREAM_PENDING_LIMIT,
      dnsRefreshMs: config.DNS_REFRESH_MS,
      ...addresses,
      logger,
    });
  const render = create('render', config.RENDER_URL, config.RENDER_TIMEOUT_MS);
  return {
    identity: create('identity', config.IDENTITY_URL, config.UPSTREAM_TIMEOUT_MS),
    tenancy: create('tenancy', config.TENANCY_URL, config.UPSTREAM_TIMEOUT_MS),
    'prompt-registry': create('prompt-registry', config.PROMPT_REGISTRY_URL, config.UPSTREAM_TIMEOUT_MS),
    render,
    delivery:
      config.DELIVERY_URL === undefined
        ? render
        : create('delivery', config.DELIVERY_URL, config.RENDER_TIMEOUT_MS),
  };
}

function createLimiters(config: Config, { logger, cleanups }: Dependencies): LimiterFactory {
  if (config.REDIS_URL === undefined) return memoryLimiters(config.RATE_LIMIT_WINDOW_SECONDS);
  const redis = connectRedis(config.REDIS_URL, logger);
  cleanups.add('redis', () => redis.disconnect());
  observeAnswers(metricCatalog.redisUp, () => redis.ping());
  return redisLimiters(redis, config.RATE_LIMIT_WINDOW_SECONDS);
}
