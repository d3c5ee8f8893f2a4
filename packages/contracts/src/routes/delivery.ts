/** Delivery: the prompts that a caller may render, for applications that render them in their own process. */
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { schemas } from '../schemas.ts';
import { usageLimits } from '../usage.ts';
import { queryText } from '../values.ts';

const audience = {
  team_id: queryText('Only these teams: UUIDs, separated by commas, at most 100.'),
  slugs: queryText('Only prompts with these slugs, separated by commas, at most 200.'),
};

const audienceErrors = [
  'invalidId',
  'forbidden',
  'tooManySlugs',
  'invalidRevision',
  'audienceTooLarge',
] as const;

export const deliveryRoutes = defineRoutes(
  { tag: 'Delivery', owner: 'render' },
  {
    getDeliverySnapshot: {
      method: 'GET',
      path: '/v1/delivery/snapshot',
      auth: 'content',
      cost: 'render',
      patience: 'long',
      conditions: ['If-None-Match'],
      successHeaders: ['ETag'],
      summary: 'Get a Delivery Snapshot',
      description:
        'Returns what the caller may render, one frame per line: for each team `begin`, its prompts as `put`, and at the end `sync`. With `since`, only what has changed since then.',
      query: z.object({
        ...audience,
        since: queryText('A revision of an earlier snapshot or stream. Default: everything.'),
      }),
      success: { status: 200, schema: schemas.DeliveryFrame, media: 'application/x-ndjson' },
      errors: [...audienceErrors],
    },
    streamDelivery: {
      method: 'GET',
      path: '/v1/delivery/stream',
      auth: 'content',
      cost: 'render',
      patience: 'stream',
      conditions: ['Last-Event-ID'],
      summary: 'Stream Delivery',
      description:
        'Sends what the caller may render as server-sent events, and then every change as it happens. Each event has the type of its frame, and the frame as its data.',
      query: z.object(audience),
      success: { status: 200, schema: schemas.DeliveryFrame, media: 'text/event-stream' },
      errors: [...audienceErrors, 'tooManyStreams'],
    },
    reportUsage: {
      method: 'POST',
      path: '/v1/delivery/usage',
      auth: 'content',
      cost: 'render',
      successHeaders: ['Px0-Dropped'],
      summary: 'Report Usage',
      description: `Counts renders that an application made in its own process. A report that is sent again under its process and window is counted once. Rows that cannot be counted are dropped, and the others are counted: those of prompts that the caller may not render, with unknown sources, with counts or times out of range, and what exceeds ${usageLimits.rows} rows. At most ${usageLimits.bodyBytes} bytes.`,
      body: schemas.UsageReportRequest,
      bodyLimit: usageLimits.bodyBytes,
      success: { status: 204, schema: null },
      errors: ['invalidRequestBody', 'reportsRequired', 'tooManyReports'],
    },
  },
);
