/** An OTLP/HTTP receiver: what services export, as JSON, parsed and kept. Stands where a Collector stands in production. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';

const attributesSchema = z
  .array(
    z.object({
      key: z.string(),
      value: z.object({
        stringValue: z.string().optional(),
        intValue: z.union([z.number(), z.string()]).optional(),
        doubleValue: z.number().optional(),
        boolValue: z.boolean().optional(),
      }),
    }),
  )
  .default([])
  .transform((entries) =>
    Object.fromEntries(
      entries.map(({ key, value }) => [
        key,
        String(value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? ''),
      ]),
    ),
  );

const resourceSchema = z.object({ attributes: attributesSchema });

const tracesSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: resourceSchema,
      scopeSpans: z.array(
        z.object({
          scope: z.object({ name: z.string() }),
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().default(''),
              name: z.string(),
              kind: z.number(),
              attributes: attributesSchema,
            }),
          ),
        }),
      ),
    }),
  ),
});

const pointsSchema = z.object({
  dataPoints: z.array(
    z.object({
      attributes: attributesSchema,
      asDouble: z.number().optional(),
      asInt: z.coerce.number().optional(),
    }),
  ),
});

const metricSchema = z
  .object({
    name: z.string(),
    unit: z.string().default(''),
    gauge: pointsSchema.optional(),
    sum: pointsSchema.extend({ isMonotonic: z.boolean().default(false) }).optional(),
    histogram: pointsSchema.optional(),
  })
  .transform(({ name, unit, gauge, sum, histogram }) => ({
    name,
    unit,
    kind: kindOf({ gauge, sum, histogram }),
    points: (gauge ?? sum ?? histogram)?.dataPoints ?? [],
  }));

function kindOf(data: {
  readonly gauge?: unknown;
  readonly sum?: { readonly isMonotonic: boolean } | undefined;
  readonly histogram?: unknown;
}): 'gauge' | 'counter' | 'updown' | 'histogram' {
  if (data.gauge !== undefined) return 'gauge';
  if (data.histogram !== undefined) return 'histogram';
  return data.sum?.isMonotonic === true ? 'counter' : 'updown';
}

const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({
      resource: resourceSchema,
      scopeMetrics: z.array(z.object({ metrics: z.array(metricSchema) })),
    }),
  ),
});

type TracesRequest = z.infer<typeof tracesSchema>;
type MetricsRequest = z.infer<typeof metricsSchema>;

export interface ReceivedSpan {
  /** Name of the service that made it. */
  readonly service: string;
  readonly scope: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ReceivedMetric {
  readonly name: string;
  readonly kind: 'gauge' | 'counter' | 'updown' | 'histogram';
  readonly unit: string;
  readonly services: Set<string>;
  /** The last value that each process sent, of metrics with one point. */
  readonly values: Map<string, number>;
  /** Names of attributes seen on its points. */
  readonly attributes: Set<string>;
}

export class OtlpReceiver {
  readonly url: string;
  readonly spans: ReceivedSpan[] = [];
  readonly metrics = new Map<string, ReceivedMetric>();
  /** Requests that were no OTLP. A test wants none. */
  readonly refused: unknown[] = [];
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', (req, res) => void this.#take(req, res));
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new OtlpReceiver(server, address.port);
  }

  /** What a service needs in its environment to export here, and soon. */
  get environment(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '250',
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const body: unknown = JSON.parse(await textOf(req));
      if (req.url === '/v1/traces') this.#keepSpans(tracesSchema.parse(body));
      else if (req.url === '/v1/metrics') this.#keepMetrics(metricsSchema.parse(body));
      else throw new Error(`nothing is received at ${req.url}`);
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch (error) {
      this.refused.push(error);
      res.writeHead(400).end();
    }
  }

  #keepSpans({ resourceSpans }: TracesRequest): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes['service.name'] ?? '';
      for (const { scope, spans } of scopeSpans) {
        for (const span of spans) this.spans.push({ service, scope: scope.name, ...span });
      }
    }
  }

  #keepMetrics({ resourceMetrics }: MetricsRequest): void {
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const service = resource.attributes['service.name'] ?? '';
      for (const { name, unit, kind, points } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
        if (points.length === 0) continue;
        const known = this.metrics.get(name);
        const metric = known ?? {
          name,
          unit,
          kind,
          services: new Set(),
          values: new Map(),
          attributes: new Set(),
        };
        if (known === undefined) this.metrics.set(name, metric);
        metric.services.add(service);
        const value = points[0]?.asDouble ?? points[0]?.asInt;
        if (value !== undefined) metric.values.set(resource.attributes['service.instance.id'] ?? '', value);
        for (const point of points) {
          for (const attribute of Object.keys(point.attributes)) metric.attributes.add(attribute);
        }
      }
    }
  }
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
