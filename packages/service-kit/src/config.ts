/**
 * Configuration from the environment: one zod object per service, whose keys are the variables' names. `main.ts` reads it once;
 * a wrong value stops the start with a sentence that names the variable and never shows the value, which may be a secret.
 */
import { z } from 'zod';
import { ConfigError } from './errors.ts';

/** A whole number within bounds, written in decimal digits. (`Number('')` is 0 and `Number('0x10')` 16: neither is meant.) */
export function integerVariable(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
}

/** A share from 0 to 1, written as a decimal number. */
export function shareVariable() {
  const fault = 'must be a number from 0 to 1';
  return z
    .string()
    .regex(/^\d+(\.\d+)?(e-?\d+)?$/i, fault)
    .transform(Number)
    .pipe(z.number(fault).max(1, fault));
}

/** `true`, `1`, `yes`, `on` or their opposites. (`z.coerce.boolean()` takes the text `false` for true.) */
export function flagVariable() {
  return z.stringbool({ error: 'must be true or false' });
}

/** A comma-separated list; blanks around the items are dropped, empty items too. */
export function listVariable() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
}

/** One or more URLs of the given protocols, separated by commas. */
export function urlListVariable(...protocols: readonly string[]) {
  return listVariable().refine(
    (urls) =>
      urls.length > 0 &&
      urls.every((url) => URL.canParse(url) && protocols.includes(new URL(url).protocol.slice(0, -1))),
    `must be one or more URLs that start with ${protocols.map((name) => `${name}://`).join(' or ')}`,
  );
}

/** A URL of one of the given protocols. */
export function urlVariable(...protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (url) => URL.canParse(url) && protocols.includes(new URL(url).protocol.slice(0, -1)),
      `must be a URL that starts with ${protocols.map((name) => `${name}://`).join(' or ')}`,
    );
}

/** What every process reads, whether or not it has a database. */
export const processVariables = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe(
      'In `production`, identity refuses settings meant for development, and its rate limits are strict by default.',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Minimum level to log. `info` logs one line per request.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'Address to listen on. Containers set `0.0.0.0`; the default accepts connections only from this machine.',
    ),
  PORT: integerVariable(0, 65_535).prefault('0').describe('Port to listen on; 0 picks a free one.'),
  SHUTDOWN_TIMEOUT_MS: integerVariable(0, 600_000)
    .prefault('10000')
    .describe(
      'Timeout for requests in flight after SIGTERM, in milliseconds. Keep it below the supervisor’s grace period (Kubernetes: 30 s).',
    ),
  DRAIN_DELAY_MS: integerVariable(0, 120_000)
    .prefault('200')
    .describe(
      'How long to keep accepting requests after SIGTERM, in milliseconds, while `/readyz` reports not ready, so that load balancers notice first. After that, the process asks keep-alive connections to close, for the same time but at most a second. Set it to a few seconds behind a load balancer that polls `/readyz`.',
    ),
  TRUSTED_PROXIES: listVariable()
    .prefault('loopback')
    .describe(
      'Proxies whose `X-Forwarded-For` is trusted: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`, separated by commas.',
    ),
} as const;

/** What a process on the event stream reads. */
export const streamVariables = {
  NATS_URL: urlListVariable('nats', 'tls')
    .prefault('nats://127.0.0.1:4222')
    .describe('NATS servers, separated by commas.'),
  PX0_STREAM_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/, 'may contain letters, digits, _ and - only')
    .default('')
    .describe('Prefix of every stream and subject name, so that several installations can share a server.'),
  PX0_STREAM_REPLICAS: integerVariable(1, 5)
    .prefault('1')
    .describe('Copies of each stream in a NATS cluster; takes effect when the streams are created.'),
  NATS_USER: z
    .string()
    .optional()
    .describe('NATS user. Each service has its own, with only the permissions it needs.'),
  NATS_PASSWORD: z.string().optional().describe('Password of that user.'),
  NATS_INBOX_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'must be a subject without wildcards')
    .default('_INBOX')
    .describe(
      'Prefix of the subjects that receive replies. A user limited to its own prefix cannot read the replies to other users.',
    ),
  NATS_TLS_CA_FILE: z
    .string()
    .optional()
    .describe(
      'File with the certificate authority of the NATS servers (PEM). If it is set, servers without TLS are refused.',
    ),
} as const;

/** What a service that owns tables reads. */
export const databaseVariables = {
  DATABASE_URL: urlVariable('postgres', 'postgresql').describe(
    'The Postgres database, at its own address: connection poolers are refused. Each service uses only its own schema.',
  ),
  DATABASE_POOL_SIZE: integerVariable(1, 1000)
    .prefault('10')
    .describe('Connections per process. Replicas × services × this value must stay below `max_connections`.'),
  DATABASE_STATEMENT_TIMEOUT_MS: integerVariable(0)
    .prefault('10000')
    .describe(
      'Statement timeout in milliseconds. A longer statement is cancelled, and its request gets a 503. 0: no timeout.',
    ),
  DATABASE_WAIT_MS: integerVariable(0)
    .prefault('60000')
    .describe(
      'How long startup waits for a database that does not answer yet, and for migrations that another process applies, in milliseconds.',
    ),
  DATABASE_MIGRATIONS: z
    .enum(['apply', 'await'])
    .default('apply')
    .describe(
      'Whether startup applies pending migrations, or waits until a migration job has applied them. With `await`, the service’s role needs no permission to change tables.',
    ),
} as const;

/** What a service that keeps an audit reads. */
export const auditVariables = {
  AUDIT_RETENTION_DAYS: integerVariable(0, 36_500)
    .refine((days) => days === 0 || days >= 90, 'must be 0 or at least 90')
    .prefault('0')
    .describe(
      'How long audit entries are kept, in days, at least 90. 0: for ever. What is older is removed from the old end of each audit chain.',
    ),
  AUDIT_LOG: z
    .enum(['off', 'stdout'])
    .default('off')
    .describe('`stdout`: each audit entry becomes a log line with `"audit": true`, once it is sealed.'),
} as const;

/** What a process that counts the use of keys reads. */
export const usageVariables = {
  USAGE_FLUSH_MS: integerVariable(100)
    .prefault('5000')
    .describe('Interval at which counts of renders and uses of API keys are published, in milliseconds.'),
} as const;

/** What a process reads that serves or forwards renders. The default is low because tracing a render costs about 10 µs, two fifths of its time. */
export const traceVariables = {
  PX0_TRACE_RENDER_RATIO: shareVariable()
    .prefault('0.01')
    .describe(
      'Share of renders, from 0 to 1, that begin a trace when the caller sends no trace context. Has an effect only while telemetry is exported.',
    ),
} as const;

/** The variables of a control-plane service; a service spreads `baseConfigSchema.shape` into its own schema. */
export const baseConfigSchema = z.object({
  ...processVariables,
  ...databaseVariables,
  ...streamVariables,
  ...auditVariables,
});

/**
 * Reads the variables that `schema` names. A variable set to the empty string counts as not set, because compose files and
 * `.env` files cannot unset one.
 *
 * @throws ConfigError one sentence that names every wrong variable
 */
export function loadConfig<S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>> = process.env,
): z.infer<S> {
  const values = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  throw new ConfigError(sentence(result.error.issues, values));
}

function sentence(issues: readonly z.core.$ZodIssue[], values: Record<string, string | undefined>): string {
  const faults = new Map<string, string>();
  for (const issue of issues) {
    const name = issue.path.length === 0 ? 'The configuration' : String(issue.path[0]);
    const missing = issue.path.length > 0 && values[name] === undefined;
    // The first fault of a variable is the telling one; what follows is its consequence.
    if (!faults.has(name)) faults.set(name, missing ? 'must be set' : faultText(issue));
  }
  return `${[...faults].map(([name, fault]) => `${name} ${fault}`).join('; ')}.`;
}

function faultText(issue: z.core.$ZodIssue): string {
  if (/^(must|may|is|cannot) /.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return `is wrong (${issue.message})`;
}

export interface VariableDescription {
  readonly name: string;
  readonly type: string;
  /** As one would write it in the environment; undefined when the variable must be set or is optional without a default. */
  readonly default: string | undefined;
  readonly required: boolean;
  readonly description: string;
}

/** Lists a schema's variables for the generated documentation and `.env.example`, in the order of declaration. */
export function describeConfig(schema: z.ZodObject): VariableDescription[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(json.properties ?? {}).map(([name, property]) => {
    const facts: z.core.JSONSchema.BaseSchema = typeof property === 'boolean' ? {} : property;
    const fallback = facts.default;
    return {
      name,
      type: facts.enum ? facts.enum.join(' | ') : String(facts.type ?? 'string'),
      default: fallback === undefined ? undefined : String(fallback),
      required: (json.required ?? []).includes(name),
      description: facts.description ?? '',
    };
  });
}
