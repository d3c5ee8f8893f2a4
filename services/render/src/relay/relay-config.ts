/** The environment of a relay. */
import { heavyVariables } from '@px0/heavy-renders';
import {
  integerVariable,
  listVariable,
  loadConfig,
  processVariables,
  traceVariables,
  urlVariable,
  usageVariables,
} from '@px0/service-kit';
import { z } from 'zod';
import { configSchema } from '../config.ts';

const {
  VERSION_CACHE_BYTES,
  VERSION_FETCHES,
  DELIVERY_STREAMS,
  DELIVERY_STREAMS_PER_CALLER,
  DELIVERY_CACHE_BYTES,
  DELIVERY_STREAM_MS,
  DELIVERY_HEARTBEAT_MS,
  DELIVERY_MAX_PROMPTS,
} = configSchema.shape;

export const relayConfigSchema = z.object({
  ...processVariables,
  PX0_UPSTREAM: urlVariable('http', 'https')
    .optional()
    .describe(
      'The px0 that the relay follows: a gateway, a render process or another relay. Without it there is only the bundle.',
    ),
  PX0_UPSTREAM_KEY: z
    .string()
    .optional()
    .describe('API key of the relay. It decides what is relayed, and callers of the relay may use it, too.'),
  RELAY_STATE_DIR: z
    .string()
    .default('./px0-relay')
    .describe('Folder of the file that the relay starts from when its upstream is away. Empty: none.'),
  RELAY_TOKENS_FILE: z
    .string()
    .optional()
    .describe(
      'File with further callers, one line of JSON each: `name`, `sha256` of the token, and `team_ids` to narrow it. It is read again when it changes.',
    ),
  RELAY_BUNDLE: z.string().optional().describe('A signed bundle to start from, looked at every 10 seconds.'),
  RELAY_BUNDLE_KEYS: listVariable()
    .prefault('')
    .describe('Public keys that may have signed the bundle, separated by commas.'),
  RELAY_MAX_STALE_MS: integerVariable(0)
    .prefault('0')
    .describe(
      'Answer 503 when the upstream has not confirmed for longer what the relay holds, in milliseconds; 0: never.',
    ),
  VERSION_CACHE_BYTES,
  VERSION_FETCHES,
  DELIVERY_STREAMS,
  DELIVERY_STREAMS_PER_CALLER,
  DELIVERY_CACHE_BYTES,
  DELIVERY_STREAM_MS,
  DELIVERY_HEARTBEAT_MS,
  DELIVERY_MAX_PROMPTS,
  ...usageVariables,
  ...heavyVariables,
  ...traceVariables,
});

export type RelayConfig = z.infer<typeof relayConfigSchema>;

/** An empty RELAY_STATE_DIR means that nothing is kept; other empty variables count as absent. @throws ConfigError */
export function loadRelayConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): RelayConfig {
  const config = loadConfig(relayConfigSchema, env);
  return env['RELAY_STATE_DIR'] === '' ? { ...config, RELAY_STATE_DIR: '' } : config;
}
