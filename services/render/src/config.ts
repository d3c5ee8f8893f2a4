/** The environment of the render service. */
import { heavyVariables } from '@px0/heavy-renders';
import {
  integerVariable,
  processVariables,
  streamVariables,
  traceVariables,
  usageVariables,
} from '@px0/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...processVariables,
  ...streamVariables,
  VERSION_CACHE_BYTES: integerVariable(1_048_576)
    .prefault('134217728')
    .describe(
      'Memory for compiled versions that are not live, in bytes; the least recently used ones are evicted.',
    ),
  VERSION_FETCHES: integerVariable(1)
    .prefault('64')
    .describe('Maximum number of such versions fetched from the stream at a time.'),
  DELIVERY_STREAMS: integerVariable(1)
    .prefault('10000')
    .describe('Maximum number of delivery streams of a process. Each takes a file descriptor.'),
  DELIVERY_STREAMS_PER_CALLER: integerVariable(1)
    .prefault('2500')
    .describe('Maximum number of those of one API key or user; further ones get a 429.'),
  DELIVERY_STREAMS_PER_ORGANIZATION: integerVariable(1)
    .prefault('2500')
    .describe('Maximum number of those of all API keys of one organization; further ones get a 429.'),
  DELIVERY_CACHE_BYTES: integerVariable(1_048_576)
    .prefault('67108864')
    .describe(
      'Memory for compressed prompts that several streams are sent, in bytes; the least recently used are evicted.',
    ),
  DELIVERY_STREAM_MS: integerVariable(1_000)
    .prefault('3600000')
    .describe(
      'Age at which a stream’s client is asked to connect again, in milliseconds, give or take a fifth, so that streams spread over replicas.',
    ),
  DELIVERY_HEARTBEAT_MS: integerVariable(600, 30_000)
    .prefault('15000')
    .describe(
      'Interval of the heartbeats of streams, in milliseconds. Keep it below the idle timeout of every proxy in between.',
    ),
  DELIVERY_MAX_PROMPTS: integerVariable(1)
    .prefault('200000')
    .describe(
      'Maximum number of prompts delivered to one caller; callers who may read more name teams or slugs.',
    ),
  ...usageVariables,
  ...heavyVariables,
  ...traceVariables,
  WEB_CONCURRENCY: integerVariable(1)
    .prefault('1')
    .describe('Number of worker processes that serve renders on this host.'),
});

export type Config = z.infer<typeof configSchema>;
