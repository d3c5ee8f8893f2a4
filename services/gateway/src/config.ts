/** The gateway's environment: where the services are, the limits of one caller, and who may call from a browser. */
import {
  flagVariable,
  integerVariable,
  listVariable,
  processVariables,
  traceVariables,
  urlListVariable,
  urlVariable,
} from '@px0/service-kit';
import { z } from 'zod';

const upstream = (service: string) =>
  urlListVariable('http', 'https').describe(
    `Address of the ${service} service: one URL per replica, separated by commas, or one name that resolves to all of them.`,
  );

const limit = (perMinute: number, what: string) =>
  integerVariable(0)
    .prefault(String(perMinute))
    .describe(
      `${what}, per user or API key and per address, in each window. 0: no limit. The default suits one machine and its tests; set it lower in production.`,
    );

export const configSchema = z.object({
  ...processVariables,
  PORT: integerVariable(0, 65_535).prefault('8000').describe('Port to listen on; 0 picks a free one.'),
  IDENTITY_URL: upstream('identity'),
  TENANCY_URL: upstream('tenancy'),
  PROMPT_REGISTRY_URL: upstream('prompt-registry'),
  RENDER_URL: upstream('render'),
  DELIVERY_URL: upstream('render')
    .optional()
    .describe(
      'Where `/v1/delivery` goes, if streams have render replicas of their own. Default: `RENDER_URL`.',
    ),
  UPSTREAM_CONNECTIONS: integerVariable(1, 10_000)
    .prefault('128')
    .describe(
      'Maximum number of connections to one replica; as many again for requests whose body is streamed.',
    ),
  UPSTREAM_PENDING_LIMIT: integerVariable(1)
    .prefault('2000')
    .describe('Maximum number of requests that wait for one service; further requests get a 503 at once.'),
  GATEWAY_STREAMS: integerVariable(1)
    .prefault('8000')
    .describe(
      'Maximum number of delivery streams; further ones get a 503. The keys of one organization, or one user, may have a quarter of them. Each takes two file descriptors.',
    ),
  UPSTREAM_TIMEOUT_MS: integerVariable(1)
    .prefault('15000')
    .describe(
      'Timeout for a control-plane service to begin its response, in milliseconds. Keep it above the service’s own timeouts, so that the service answers first.',
    ),
  RENDER_TIMEOUT_MS: integerVariable(1)
    .prefault('5000')
    .describe(
      'Timeout for a render to begin its response, or to say that it takes long, in milliseconds. After that it has `LONG_TIMEOUT_MS`.',
    ),
  LONG_TIMEOUT_MS: integerVariable(1)
    .prefault('60000')
    .describe(
      'The same timeout for operations whose work grows with the data: imports, exports, checks, batches, deletions of whole teams.',
    ),
  DNS_REFRESH_MS: integerVariable(100)
    .prefault('5000')
    .describe(
      'Interval at which upstream names are resolved again, in milliseconds, so that new replicas get their share.',
    ),
  KUBERNETES_API_URL: urlVariable('https')
    .optional()
    .describe(
      'The Kubernetes API server, as `https://kubernetes.default.svc`. With it, the gateway follows the EndpointSlices of the services in its own namespace instead of asking DNS; its service account must be allowed to get, list and watch them. Without it, a process that ends must serve for longer than DNS answers are kept (`DRAIN_DELAY_MS`).',
    ),
  KUBERNETES_ACCOUNT_DIRECTORY: z
    .string()
    .default('/var/run/secrets/kubernetes.io/serviceaccount')
    .describe('Folder with the token, the authority and the namespace of the pod’s service account.'),
  REDIS_URL: urlVariable('redis', 'rediss')
    .optional()
    .describe(
      'Redis, which lets several gateways share their rate limits. Without it, each counts on its own.',
    ),
  RATE_LIMIT_WINDOW_SECONDS: integerVariable(1, 86_400)
    .prefault('60')
    .describe('Length of the rate-limit windows, in seconds.'),
  RATE_LIMIT_AUTH: limit(3_000, 'Registrations, logins, codes'),
  RATE_LIMIT_WRITE: limit(60_000, 'Writes'),
  RATE_LIMIT_READ: limit(600_000, 'Reads'),
  RATE_LIMIT_RENDER: limit(6_000_000, 'Renders'),
  CORS_ORIGINS: listVariable()
    .prefault('http://localhost:3001,http://127.0.0.1:3001')
    .describe('Origins whose pages may call the API from a browser, separated by commas.'),
  HSTS: flagVariable()
    .prefault('false')
    .describe(
      'Sends Strict-Transport-Security. Use it only behind TLS: browsers then refuse plain http for a year.',
    ),
  CONSOLE_DIRECTORY: z
    .string()
    .optional()
    .describe('Folder with the built console. Without it, `/` shows where the API is.'),
  DOCS_DIRECTORY: z
    .string()
    .optional()
    .describe(
      'Folder with the built documentation; it may be created after startup. Without it, `/docs` leads to the API reference.',
    ),
  ...traceVariables,
});

export type Config = z.infer<typeof configSchema>;
