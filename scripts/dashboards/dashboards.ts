/**
 * What the dashboards show. Names of px0's own metrics come from the catalogue, so a metric that is renamed is renamed here, too.
 * See docs/decisions/113-metrics-pipeline.md.
 */
import {
  libraryMetricCatalog as library,
  type MetricDefinition,
  prometheusLabel,
  prometheusName,
  metricCatalog as px0,
  relayMetricCatalog as relays,
} from '@px0/service-kit';
import type { DashboardDefinition, Query, Variable } from './panels.ts';

const ROUTE = prometheusLabel('http.route');
const STATUS = prometheusLabel('http.response.status_code');
const TRANSITION = prometheusLabel('px0.policy.transition');
const CHANGE_KIND = prometheusLabel('px0.change.kind');
const ASSERTION_TYPE = prometheusLabel('px0.assertion.type');
const FULFILLED = prometheusLabel('px0.assertion.ok');
const RENDER = 'job="px0/render"';
const RELAY = 'job="px0/relay"';
const SERVICE = 'job=~"$job"';

const jobVariable: Variable = {
  name: 'job',
  label: 'Service',
  query: 'label_values(target_info{job=~"px0/.*"}, job)',
};
const databaseVariable: Variable = {
  name: 'datname',
  label: 'Database',
  query: 'label_values(pg_stat_database_xact_commit, datname)',
};

function value(metric: MetricDefinition, selector: string): string {
  return `${prometheusName(metric)}{${selector}}`;
}

function rateOf(name: string, selector: string, by: string): string {
  return `sum by (${by}) (rate(${name}{${selector}}[$__rate_interval]))`;
}

function rate(metric: MetricDefinition, selector: string, by = 'job'): string {
  return rateOf(prometheusName(metric) + (metric.kind === 'histogram' ? '_count' : ''), selector, by);
}

function quantile(metric: MetricDefinition, q: number, selector: string, by = 'job'): string {
  return `histogram_quantile(${q}, ${rateOf(`${prometheusName(metric)}_bucket`, selector, `le, ${by}`)})`;
}

/** Requests are applied too seldom for a rate of minutes. */
function leadTime(q: number): string {
  return `histogram_quantile(${q}, sum by (le) (increase(${prometheusName(px0.changeRequestLeadTime)}_bucket[1d])))`;
}

function query(expr: string, legend: string): Query {
  return { expr, legend };
}

/** Median, 95th and 99th percentile. */
function quantiles(metric: MetricDefinition, selector: string): Query[] {
  return [0.5, 0.95, 0.99].map((q) => query(quantile(metric, q, selector), `{{job}} p${q * 100}`));
}

/** Dots at single requests whose traces were kept. */
function keptTraces(selector: string): Query {
  return {
    expr: `histogram_quantile(0.99, ${rateOf('px0_kept_duration_seconds_bucket', `span_kind="SPAN_KIND_SERVER", ${selector}`, 'le')})`,
    legend: 'kept traces p99',
    exemplars: true,
  };
}

const overview: DashboardDefinition = {
  uid: 'px0-overview',
  title: 'px0 / Overview',
  description: 'Rate, errors and duration of every service, pending work and unavailable dependencies.',
  variables: [jobVariable],
  sections: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'Rate',
          description: 'Requests per second. A sudden zero means an outage or a missing Collector.',
          unit: 'reqps',
          queries: [query(rate(px0.httpServerDuration, SERVICE), '{{job}}')],
        },
        {
          title: 'Errors',
          description: 'Share of 5xx responses. Refusals (4xx) are caused by the callers.',
          unit: 'percentunit',
          queries: [query('px0:http_errors:ratio_rate5m{job=~"$job"}', '{{job}}')],
        },
        {
          title: 'Duration',
          description: 'Percentiles of the response time. Dots link to traces that the Collector kept.',
          unit: 's',
          queries: [...quantiles(px0.httpServerDuration, SERVICE), keptTraces(SERVICE)],
        },
        {
          title: 'Rate by route',
          description: 'The ten busiest routes at the gateway.',
          unit: 'reqps',
          queries: [
            query(`topk(10, ${rate(px0.httpServerDuration, 'job="px0/gateway"', ROUTE)})`, `{{${ROUTE}}}`),
          ],
        },
        {
          title: 'Responses by status',
          description: 'Responses of the gateway by status.',
          unit: 'reqps',
          queries: [query(rate(px0.httpServerDuration, 'job="px0/gateway"', STATUS), `{{${STATUS}}}`)],
        },
        {
          title: 'Refused by the gateway',
          description:
            'Requests that the gateway itself refused with 429 or 503: over a limit, open breaker, full or silent upstream.',
          unit: 'reqps',
          queries: [query(rate(px0.gatewayRefused, '', 'px0_refusal_reason'), '{{px0_refusal_reason}}')],
        },
      ],
    },
    {
      title: 'Health',
      panels: [
        {
          title: 'Processes alive',
          description: 'Processes whose last heartbeat is less than 45 s old.',
          unit: 'none',
          queries: [query(`count by (job) (px0:process_alive{${SERVICE}})`, '{{job}}')],
        },
        {
          title: 'Stores reached',
          description: '0 when a process gets no answer from Postgres or Redis, or has lost NATS.',
          unit: 'bool_on_off',
          queries: [
            query(`min(${value(px0.postgresUp, '')})`, 'Postgres'),
            query(`min(${value(px0.natsConnected, '')})`, 'NATS'),
            query(`min(${value(px0.redisUp, '')})`, 'Redis'),
          ],
        },
        {
          title: 'Breakers',
          description: '0 closed, 1 half-open, 2 open: no replica of the upstream responds.',
          unit: 'none',
          queries: [query(`max by (px0_upstream) (${value(px0.gatewayBreaker, '')})`, '{{px0_upstream}}')],
        },
        {
          title: 'Replicas out of service',
          description: 'Replicas that a gateway skips because they do not respond.',
          unit: 'none',
          queries: [
            query(`max by (px0_upstream) (${value(px0.gatewayReplicasOut, '')})`, '{{px0_upstream}}'),
          ],
        },
        {
          title: 'Over the rate limit',
          description: 'Requests over their caller’s limit, by cost class.',
          unit: 'reqps',
          queries: [query(rate(px0.rateLimitHits, '', 'px0_cost'), '{{px0_cost}}')],
        },
        {
          title: 'Pending at upstreams',
          description: 'Requests without a response yet. A line that only rises means that a service hangs.',
          unit: 'short',
          queries: [query(`sum by (px0_upstream) (${value(px0.gatewayPending, '')})`, '{{px0_upstream}}')],
        },
        {
          title: 'Event loop delay',
          description: '99th percentile by process. Above 100 ms, a computation blocks the event loop.',
          unit: 's',
          queries: [query(`max by (job) (${value(library.eventLoopDelay, SERVICE)})`, '{{job}}')],
        },
        {
          title: 'CPU',
          description: 'CPU cores in use.',
          unit: 'cores',
          queries: [query(rate(library.processCpu, SERVICE), '{{job}}')],
        },
        {
          title: 'Memory',
          description: 'Resident memory of the largest process of each service.',
          unit: 'bytes',
          queries: [query(`max by (job) (${value(library.processMemory, SERVICE)})`, '{{job}}')],
        },
      ],
    },
  ],
};

const render: DashboardDefinition = {
  uid: 'px0-render',
  title: 'px0 / Render tier',
  description: 'The hot path: its throughput, latency, freshness and cost.',
  variables: [],
  sections: [
    {
      title: 'Renders',
      panels: [
        {
          title: 'Renders per second',
          description: 'By response status, for all processes together.',
          unit: 'reqps',
          queries: [query(rate(px0.httpServerDuration, RENDER, STATUS), `{{${STATUS}}}`)],
        },
        {
          title: 'Duration with HTTP',
          description: 'In the render process, including the body. Dots link to traces.',
          unit: 's',
          queries: [...quantiles(px0.httpServerDuration, RENDER), keptTraces(RENDER)],
        },
        {
          title: 'Duration of the render alone',
          description: 'Look-up and template only. The HTTP duration above adds reading and writing.',
          unit: 's',
          queries: quantiles(px0.renderDuration, RENDER),
        },
        {
          title: 'Heavy renders',
          description:
            'Renders in worker threads, those that wait for one, and those refused with a 429, each second.',
          unit: 'short',
          queries: [
            query(`sum(${value(px0.heavyRunning, RENDER)})`, 'running'),
            query(`sum(${value(px0.heavyQueued, RENDER)})`, 'waiting'),
            query(rate(px0.heavyRefused, RENDER), 'refused a second'),
          ],
        },
        {
          title: 'Duration of heavy renders',
          description: 'In their thread, without the wait for it.',
          unit: 's',
          queries: quantiles(px0.heavyDuration, RENDER),
        },
        {
          title: 'Busiest prompts',
          description: 'Each process counts its first 200 prompts by id, and all others as `other`.',
          unit: 'ops',
          queries: [query(`topk(10, ${rate(px0.renders, RENDER, 'px0_prompt_id')})`, '{{px0_prompt_id}}')],
        },
        {
          title: 'Failed templates',
          description: 'Templates that failed with the variables of the request.',
          unit: 'ops',
          queries: [
            query(
              `topk(10, ${rate(px0.renders, `${RENDER}, px0_render_outcome="failed"`, 'px0_prompt_id')})`,
              '{{px0_prompt_id}}',
            ),
          ],
        },
        {
          title: 'Violated input contracts',
          description:
            'Renders whose variables the version refuses, by prompt: refused with a 422 (`violation`), or run all the same (`warning`).',
          unit: 'ops',
          queries: [
            query(
              `topk(10, ${rate(px0.renderContract, RENDER, 'px0_prompt_id, px0_contract_outcome')})`,
              '{{px0_prompt_id}} {{px0_contract_outcome}}',
            ),
          ],
        },
        {
          title: 'Renders per second by process',
          description: 'How evenly the load is spread.',
          unit: 'reqps',
          queries: [query(rate(px0.httpServerDuration, RENDER, 'instance'), '{{instance}}')],
        },
      ],
    },
    {
      title: 'State',
      panels: [
        {
          title: 'Ready processes',
          description: 'Processes that have caught up with the stream since their start.',
          kind: 'stat',
          unit: 'none',
          queries: [query(`sum(${value(px0.projectionReady, RENDER)})`, 'ready')],
        },
        {
          title: 'Lag behind the stream',
          description: 'While it grows, renders continue from an older state.',
          unit: 's',
          queries: [query(value(px0.projectionLag, RENDER), '{{instance}}')],
        },
        {
          title: 'Prompts and cached versions',
          description: 'Prompts in memory, and fetched versions that are not live.',
          unit: 'short',
          queries: [
            query(`max(${value(px0.renderPrompts, RENDER)})`, 'prompts'),
            query(`max(${value(px0.renderCachedVersions, RENDER)})`, 'cached versions'),
          ],
        },
      ],
    },
    {
      title: 'Cost',
      panels: [
        {
          title: 'CPU by process',
          description: 'A process uses at most one core; near 1 it is saturated.',
          unit: 'cores',
          queries: [query(rate(library.processCpu, RENDER, 'instance'), '{{instance}}')],
        },
        {
          title: 'Event loop',
          description: 'Share of time that the event loop is busy. Scale out above 0.7.',
          unit: 'percentunit',
          queries: [query(value(library.eventLoopUtilization, RENDER), '{{instance}}')],
        },
        {
          title: 'Memory by process',
          description: 'Grows with the number of prompts, not with the load.',
          unit: 'bytes',
          queries: [query(value(library.processMemory, RENDER), '{{instance}}')],
        },
        {
          title: 'Time in garbage collection',
          description: 'Seconds per second.',
          unit: 'percentunit',
          queries: [
            query(rateOf(`${prometheusName(library.gcDuration)}_sum`, RENDER, 'instance'), '{{instance}}'),
          ],
        },
      ],
    },
  ],
};

const delivery: DashboardDefinition = {
  uid: 'px0-delivery',
  title: 'px0 / Delivery',
  description:
    'Streams of applications that render in their own process: how many, how far behind, at what cost.',
  variables: [],
  sections: [
    {
      title: 'Changes',
      panels: [
        {
          title: 'Lag',
          description:
            'From the time of an event until the last stream was written to, by process. A promotion should be everywhere within 0.25 s.',
          unit: 's',
          queries: [0.5, 0.99].map((q) =>
            query(quantile(px0.deliveryLag, q, RENDER, 'instance'), `{{instance}} p${q * 100}`),
          ),
        },
        {
          title: 'Duration of a pass',
          description: 'The part of the lag that writing to all streams takes.',
          unit: 's',
          queries: quantiles(px0.deliveryPassDuration, RENDER),
        },
        {
          title: 'Frames',
          description:
            'Made of what changed, by type, each once for all who see it; heartbeats and the ends of transfers once for each stream.',
          unit: 'ops',
          queries: [query(rate(px0.deliveryFrames, RENDER, 'px0_frame_type'), '{{px0_frame_type}}')],
        },
      ],
    },
    {
      title: 'Streams',
      panels: [
        {
          title: 'Streams',
          description: 'By process of render. They spread over processes within the hour.',
          unit: 'short',
          queries: [
            query(value(px0.deliveryStreams, RENDER), '{{instance}}'),
            query(`min(${value(px0.deliveryStreamsLimit, RENDER)})`, 'limit'),
          ],
        },
        {
          title: 'Streams through the gateway',
          description: 'By process. Those that an entry point takes past the gateway are not here.',
          unit: 'short',
          queries: [
            query(value(px0.gatewayStreams, ''), '{{instance}}'),
            query(`min(${value(px0.gatewayStreamsLimit, '')})`, 'limit'),
          ],
        },
        {
          title: 'Audiences',
          description:
            'Sets of streams that are written the same bytes. As many as streams means that each sees something else.',
          unit: 'short',
          queries: [query(value(px0.deliveryAudiences, RENDER), '{{instance}}')],
        },
        {
          title: 'Streams ended',
          description:
            'By reason: a refused credential, age (rebalance), a stop (drain), or a client that took nothing for a minute (slow).',
          unit: 'ops',
          queries: [query(rate(px0.deliveryCut, RENDER, 'px0_cut_reason'), '{{px0_cut_reason}}')],
        },
        {
          title: 'Transfers',
          description: 'Begun for clients that connect or have missed something. A herd shows here.',
          unit: 'ops',
          queries: [query(rate(px0.deliveryTransfers, RENDER, 'instance'), '{{instance}}')],
        },
        {
          title: 'Streams passed over',
          description: 'Times that a client did not keep up. It gets the difference later.',
          unit: 'ops',
          queries: [query(rate(px0.deliveryBehind, RENDER, 'instance'), '{{instance}}')],
        },
      ],
    },
    {
      title: 'Renders in applications',
      panels: [
        {
          title: 'Reported renders',
          description:
            'As applications report them, a minute later, by where they had the text from. Those of `fallback` came from their own code: px0 was away, or has no such prompt.',
          unit: 'ops',
          queries: [query(rate(px0.usageReported, RENDER, 'px0_source'), '{{px0_source}}')],
        },
        {
          title: 'Reported renders by outcome',
          description: 'What failed in applications failed with their variables, as in a render here.',
          unit: 'ops',
          queries: [query(rate(px0.usageReported, RENDER, 'px0_render_outcome'), '{{px0_render_outcome}}')],
        },
        {
          title: 'Rows dropped',
          description:
            'Rows of reports that were not counted, such as those of prompts that the key may not read.',
          unit: 'ops',
          queries: [query(rate(px0.usageDropped, RENDER), '{{job}}')],
        },
      ],
    },
    {
      title: 'Relays',
      panels: [
        {
          title: 'Relays connected',
          description: 'Relays that follow their upstream, and all of them.',
          kind: 'stat',
          unit: 'none',
          queries: [
            query(
              `sum(${value(relays.relayConnected, '')} and on (job, instance) px0:process_alive)`,
              'connected',
            ),
            query(
              `count(${value(relays.relayConnected, '')} and on (job, instance) px0:process_alive)`,
              'all',
            ),
          ],
        },
        {
          title: 'Staleness of relays',
          description: 'Time since the upstream last confirmed what the relay holds; 0 while it follows.',
          unit: 's',
          alarmFrom: 60,
          queries: [query(value(relays.relayStaleness, ''), '{{instance}}')],
        },
        {
          title: 'Renders of relays',
          description: 'Requests per second, by response status.',
          unit: 'reqps',
          queries: [query(rate(px0.httpServerDuration, RELAY, STATUS), `{{${STATUS}}}`)],
        },
        {
          title: 'Streams of relays',
          description: 'By process.',
          unit: 'short',
          queries: [query(value(px0.deliveryStreams, RELAY), '{{instance}}')],
        },
        {
          title: 'Prompts of relays',
          description: 'Relays of one key hold the same number, unless one is behind.',
          unit: 'short',
          queries: [query(value(px0.renderPrompts, RELAY), '{{instance}}')],
        },
        {
          title: 'Memory of relays',
          description: 'Resident, by process.',
          unit: 'bytes',
          queries: [query(value(library.processMemory, RELAY), '{{instance}}')],
        },
      ],
    },
    {
      title: 'Cost',
      panels: [
        {
          title: 'Bytes sent',
          description: 'To all streams of a process.',
          unit: 'Bps',
          queries: [query(rate(px0.deliverySent, RENDER, 'instance'), '{{instance}}')],
        },
        {
          title: 'CPU by process',
          description: 'Of render processes, which may also serve renders.',
          unit: 'cores',
          queries: [query(rate(library.processCpu, RENDER, 'instance'), '{{instance}}')],
        },
        {
          title: 'Event loop delay',
          description: '99th percentile. A pass works for 4 ms at a time and lets renders run in between.',
          unit: 's',
          queries: [query(value(library.eventLoopDelay, RENDER), '{{instance}}')],
        },
        {
          title: 'Memory',
          description: 'Resident, by process.',
          unit: 'bytes',
          queries: [query(value(library.processMemory, RENDER), '{{instance}}')],
        },
      ],
    },
  ],
};

const events: DashboardDefinition = {
  uid: 'px0-events',
  title: 'px0 / Event pipeline',
  description: 'From committed rows through the stream to projections and sagas.',
  variables: [jobVariable],
  sections: [
    {
      title: 'Outbox',
      panels: [
        {
          title: 'Unpublished rows',
          description:
            'Rows that are committed, but not yet in the stream. A lasting backlog means that NATS is unavailable.',
          unit: 'short',
          queries: [query(`max by (job) (${value(px0.outboxOwed, SERVICE)})`, '{{job}}')],
        },
        {
          title: 'Age of the oldest unpublished row',
          description: 'How long the oldest row has waited to be published.',
          unit: 's',
          queries: [query(`max by (job) (${value(px0.outboxOwedAge, SERVICE)})`, '{{job}}')],
        },
        {
          title: 'Rows published',
          description: 'By writers and relays together.',
          unit: 'ops',
          queries: [query(rate(px0.outboxPublished, SERVICE), '{{job}}')],
        },
      ],
    },
    {
      title: 'Audit',
      panels: [
        {
          title: 'Unsealed audit entries',
          description: 'Entries that are committed and in no chain yet.',
          unit: 'short',
          queries: [query(`max by (job) (${value(px0.auditUnsealed, SERVICE)})`, '{{job}}')],
        },
        {
          title: 'Age of the oldest unsealed entry',
          description: 'How long the oldest entry has waited for its place in the chain.',
          unit: 's',
          queries: [query(`max by (job) (${value(px0.auditSealLag, SERVICE)})`, '{{job}}')],
        },
      ],
    },
    {
      title: 'Database',
      panels: [
        {
          title: 'Database refused',
          description:
            '1 while a service publishes nothing, because its database lacks what the stream shows.',
          unit: 'bool_on_off',
          alarmFrom: 1,
          queries: [query(`max by (job) (${value(px0.databaseRefused, SERVICE)})`, '{{job}}')],
        },
        {
          title: 'Database went back',
          description:
            'Epochs that began in the last hour because a failover or a recovery had lost published changes.',
          unit: 'short',
          alarmFrom: 1,
          queries: [query(`sum by (job) (increase(${value(px0.databaseReturns, SERVICE)}[1h]))`, '{{job}}')],
        },
      ],
    },
    {
      title: 'Projections',
      panels: [
        {
          title: 'Lag',
          description: 'Time since a process was last up to date with the stream.',
          unit: 's',
          queries: [query(`max by (job) (${value(px0.projectionLag, SERVICE)})`, '{{job}}')],
        },
        {
          title: 'Lag behind the furthest process',
          description:
            'Stream positions between the slowest process of each service and the furthest process.',
          unit: 'short',
          queries: [
            query(
              `scalar(max(${value(px0.projectionPosition, 'job=~"px0/.*"')})) - min by (job) (${value(px0.projectionPosition, SERVICE)})`,
              '{{job}}',
            ),
          ],
        },
        {
          title: 'Entities in memory',
          description: 'Subjects. Each costs about a hundred bytes, in addition to the views.',
          unit: 'short',
          queries: [query(`max by (job) (${value(px0.projectionSubjects, SERVICE)})`, '{{job}}')],
        },
        {
          title: 'Events applied',
          description: 'By entity, for all processes together.',
          unit: 'ops',
          queries: [query(rate(px0.projectionApplied, SERVICE, 'px0_entity'), '{{px0_entity}}')],
        },
        {
          title: 'Processes not ready',
          description: 'Processes that are still reading the state that existed at their start.',
          unit: 'short',
          queries: [
            query(`count by (job) (${value(px0.projectionReady, SERVICE)} == 0) or vector(0)`, '{{job}}'),
          ],
        },
      ],
    },
    {
      title: 'Sagas and NATS',
      panels: [
        {
          title: 'Parked events',
          description: 'Effects that failed five times. Each needs an operator’s attention.',
          unit: 'short',
          queries: [query(`max by (px0_saga) (${value(px0.sagaParked, '')})`, '{{px0_saga}}')],
        },
        {
          title: 'Leaders',
          description: 'One per saga.',
          unit: 'short',
          queries: [query(`sum by (px0_saga) (${value(px0.sagaLeading, '')})`, '{{px0_saga}}')],
        },
        {
          title: 'Connections to NATS',
          description: 'Connected processes, and lost connections per hour.',
          unit: 'short',
          queries: [
            query(`sum by (job) (${value(px0.natsConnected, SERVICE)})`, '{{job}} connected'),
            query(
              `sum by (job) (increase(${value(px0.natsDisconnects, SERVICE)}[1h]))`,
              '{{job}} lost in an hour',
            ),
          ],
        },
      ],
    },
  ],
};

const controlPlane: DashboardDefinition = {
  uid: 'px0-control-plane',
  title: 'px0 / Control plane',
  description: 'identity, tenancy and prompt-registry: routes, SQL, reviews, passwords, mail.',
  variables: [jobVariable],
  sections: [
    {
      title: 'Routes',
      panels: [
        {
          title: 'Slowest routes',
          description: '95th percentile of the ten slowest.',
          unit: 's',
          queries: [
            query(
              `topk(10, ${quantile(px0.httpServerDuration, 0.95, `${SERVICE}, job!="px0/render"`, `job, ${ROUTE}`)})`,
              `{{job}} {{${ROUTE}}}`,
            ),
          ],
        },
        {
          title: 'Errors by route',
          description: '5xx responses.',
          unit: 'reqps',
          queries: [
            query(
              rate(px0.httpServerDuration, `${SERVICE}, ${STATUS}=~"5.."`, `job, ${ROUTE}`),
              `{{job}} {{${ROUTE}}}`,
            ),
          ],
        },
        {
          title: 'Refusals by status',
          description: 'A wave of 401 or 404 may be a guessing attack.',
          unit: 'reqps',
          queries: [
            query(
              rate(px0.httpServerDuration, `${SERVICE}, ${STATUS}=~"4.."`, `job, ${STATUS}`),
              `{{job}} {{${STATUS}}}`,
            ),
          ],
        },
      ],
    },
    {
      title: 'Database',
      panels: [
        {
          title: 'Statements',
          description: 'By kind.',
          unit: 'ops',
          queries: [
            query(
              rate(library.dbDuration, SERVICE, 'job, db_operation_name'),
              '{{job}} {{db_operation_name}}',
            ),
          ],
        },
        {
          title: 'Duration of statements',
          description: 'Percentiles over all statements.',
          unit: 's',
          queries: quantiles(library.dbDuration, SERVICE),
        },
        {
          title: 'Pool',
          description: 'Connections in use, idle, and requests that wait for one.',
          unit: 'short',
          queries: [
            query(
              `sum by (job, db_client_connection_state) (${value(library.dbConnections, SERVICE)})`,
              '{{job}} {{db_client_connection_state}}',
            ),
            query(`sum by (job) (${value(library.dbPending, SERVICE)})`, '{{job}} waiting'),
          ],
        },
      ],
    },
    {
      title: 'Reviews',
      panels: [
        {
          title: 'Refused by policies',
          description:
            'Changes of prompts in the last hour, by what was wanted. Many may mean a policy that matches more than it was made for.',
          unit: 'short',
          queries: [
            query(
              `sum by (${TRANSITION}) (increase(${value(px0.policyRefusals, '')}[1h]))`,
              `{{${TRANSITION}}}`,
            ),
          ],
        },
        {
          title: 'Open change requests',
          description: 'What waits to be reviewed or applied.',
          unit: 'short',
          queries: [query(`max(${value(px0.changeRequestsOpen, '')})`, 'open')],
        },
        {
          title: 'Applied change requests',
          description: 'In the last hour, by what they changed.',
          unit: 'short',
          queries: [
            query(
              `sum by (${CHANGE_KIND}) (increase(${value(px0.changeRequestsApplied, '')}[1h]))`,
              `{{${CHANGE_KIND}}}`,
            ),
          ],
        },
        {
          title: 'Lead time',
          description:
            'From when a change request was opened until it was applied, of those of the last day.',
          unit: 's',
          queries: [0.5, 0.95].map((q) => query(leadTime(q), `p${q * 100}`)),
        },
        {
          title: 'Assertions',
          description: 'Assertions that checks judged, by whether the output fulfilled them.',
          unit: 'ops',
          queries: [query(rate(px0.assertionsRun, '', FULFILLED), `fulfilled: {{${FULFILLED}}}`)],
        },
        {
          title: 'Assertions that failed',
          description: 'By type.',
          unit: 'ops',
          queries: [
            query(rate(px0.assertionsRun, `${FULFILLED}="false"`, ASSERTION_TYPE), `{{${ASSERTION_TYPE}}}`),
          ],
        },
      ],
    },
    {
      title: 'Identity',
      panels: [
        {
          title: 'Passwords',
          description: 'Passwords that are being hashed, and those that wait for a slot.',
          unit: 'short',
          queries: [
            query(`sum(${value(px0.argon2Running, '')})`, 'running'),
            query(`sum(${value(px0.argon2Waiting, '')})`, 'waiting'),
          ],
        },
        {
          title: 'Refused: no hashing slot',
          description: 'Logins and registrations that got a 503.',
          unit: 'reqps',
          queries: [query(rate(px0.argon2Refused, ''), 'refused')],
        },
        {
          title: 'Unsent mails',
          description: 'Mails not sent yet, and the age of the oldest in seconds.',
          unit: 'short',
          queries: [
            query(`max(${value(px0.mailOwed, '')})`, 'mails'),
            query(`max(${value(px0.mailOwedAge, '')})`, 'oldest, seconds'),
          ],
        },
      ],
    },
    {
      title: 'Gateway',
      panels: [
        {
          title: 'Upstreams',
          description: '95th percentile by replica address.',
          unit: 's',
          queries: [
            query(
              quantile(library.httpClientDuration, 0.95, '', 'server_address, server_port'),
              '{{server_address}}:{{server_port}}',
            ),
          ],
        },
        {
          title: 'Heap',
          description: 'Heap in use, for the largest process.',
          unit: 'bytes',
          queries: [
            query(`max by (job) (sum by (job, instance) (${value(library.heapUsed, SERVICE)}))`, '{{job}}'),
          ],
        },
      ],
    },
  ],
};

const DATABASE = 'datname=~"$datname"';

const postgres: DashboardDefinition = {
  uid: 'px0-postgres',
  title: 'px0 / Postgres',
  description: 'Metrics of postgres_exporter.',
  variables: [databaseVariable],
  sections: [
    {
      title: 'Postgres',
      panels: [
        {
          title: 'Up',
          description: 'Whether the exporter reaches the server.',
          kind: 'stat',
          unit: 'bool_on_off',
          queries: [query('min(pg_up)', 'up')],
        },
        {
          title: 'Connections',
          description: 'By state, and the maximum.',
          unit: 'short',
          queries: [
            query(`sum by (state) (pg_stat_activity_count{${DATABASE}})`, '{{state}}'),
            query('max(pg_settings_max_connections)', 'limit'),
          ],
        },
        {
          title: 'Longest transaction',
          description: 'A long transaction prevents the cleanup of dead rows.',
          unit: 's',
          queries: [query(`max by (state) (pg_stat_activity_max_tx_duration{${DATABASE}})`, '{{state}}')],
        },
        {
          title: 'Transactions',
          description: 'Committed and rolled back.',
          unit: 'ops',
          queries: [
            query(rateOf('pg_stat_database_xact_commit', DATABASE, 'datname'), '{{datname}} committed'),
            query(rateOf('pg_stat_database_xact_rollback', DATABASE, 'datname'), '{{datname}} rolled back'),
          ],
        },
        {
          title: 'Rows written',
          description: 'Inserted, updated, deleted.',
          unit: 'ops',
          queries: ['inserted', 'updated', 'deleted'].map((kind) =>
            query(rateOf(`pg_stat_database_tup_${kind}`, DATABASE, 'datname'), `{{datname}} ${kind}`),
          ),
        },
        {
          title: 'Cache hit ratio',
          description: 'Share of blocks found in memory. Below 0.99, the working set does not fit.',
          unit: 'percentunit',
          queries: [
            query(
              `${rateOf('pg_stat_database_blks_hit', DATABASE, 'datname')} / (${rateOf('pg_stat_database_blks_hit', DATABASE, 'datname')} + ${rateOf('pg_stat_database_blks_read', DATABASE, 'datname')})`,
              '{{datname}}',
            ),
          ],
        },
        {
          title: 'Deadlocks',
          description: 'Any number other than 0 is a fault.',
          unit: 'short',
          queries: [
            query(`sum by (datname) (increase(pg_stat_database_deadlocks{${DATABASE}}[1h]))`, '{{datname}}'),
          ],
        },
        {
          title: 'Locks',
          description: 'By mode.',
          unit: 'short',
          queries: [query(`sum by (mode) (pg_locks_count{${DATABASE}})`, '{{mode}}')],
        },
        {
          title: 'Size',
          description: 'On disk.',
          unit: 'bytes',
          queries: [query(`pg_database_size_bytes{${DATABASE}}`, '{{datname}}')],
        },
      ],
    },
  ],
};

const nats: DashboardDefinition = {
  uid: 'px0-nats',
  title: 'px0 / NATS',
  description: 'Metrics of prometheus-nats-exporter.',
  variables: [],
  sections: [
    {
      title: 'Server',
      panels: [
        {
          title: 'Connections',
          description: 'One per px0 process, and one of the exporter.',
          unit: 'short',
          queries: [query('sum by (server_id) (gnatsd_varz_connections)', '{{server_id}}')],
        },
        {
          title: 'Messages',
          description: 'In and out.',
          unit: 'ops',
          queries: ['in', 'out'].map((way) =>
            query(rateOf(`gnatsd_varz_${way}_msgs`, '', 'server_id'), `{{server_id}} ${way}`),
          ),
        },
        {
          title: 'Bytes',
          description: 'In and out.',
          unit: 'Bps',
          queries: ['in', 'out'].map((way) =>
            query(rateOf(`gnatsd_varz_${way}_bytes`, '', 'server_id'), `{{server_id}} ${way}`),
          ),
        },
        {
          title: 'Slow consumers',
          description: 'Clients that the server disconnected because they read too slowly.',
          unit: 'short',
          queries: [query('sum by (server_id) (increase(gnatsd_varz_slow_consumers[1h]))', '{{server_id}}')],
        },
        {
          title: 'Memory',
          description: 'Resident.',
          unit: 'bytes',
          queries: [query('gnatsd_varz_mem', '{{server_id}}')],
        },
        {
          title: 'CPU',
          description: 'Percentage of one core.',
          unit: 'short',
          queries: [query('gnatsd_varz_cpu', '{{server_id}}')],
        },
      ],
    },
    {
      title: 'JetStream',
      panels: [
        {
          title: 'Storage',
          description: 'Storage in use, and the server’s limit.',
          unit: 'bytes',
          queries: [
            query('jetstream_server_total_message_bytes', '{{server_name}} used'),
            query('jetstream_server_max_storage', '{{server_name}} limit'),
          ],
        },
        {
          title: 'Messages by stream',
          description: 'At most 16 states per entity, and one body per version.',
          unit: 'short',
          queries: [query('max by (stream_name) (jetstream_stream_total_messages)', '{{stream_name}}')],
        },
        {
          title: 'Bytes by stream',
          description: 'On disk.',
          unit: 'bytes',
          queries: [query('max by (stream_name) (jetstream_stream_total_bytes)', '{{stream_name}}')],
        },
        {
          title: 'Written',
          description: 'Sequences per second.',
          unit: 'ops',
          queries: [
            query(
              'max by (stream_name) (deriv(jetstream_stream_last_seq[$__rate_interval]))',
              '{{stream_name}}',
            ),
          ],
        },
        {
          title: 'Consumers',
          description: 'Consumers of the state stream: one per process and saga that reads it.',
          unit: 'short',
          queries: [query('max by (stream_name) (jetstream_stream_consumer_count)', '{{stream_name}}')],
        },
        {
          title: 'JetStream is off',
          description: '1 if the server has disabled JetStream, usually because its disk is full.',
          unit: 'none',
          queries: [query('jetstream_server_jetstream_disabled', '{{server_name}}')],
        },
      ],
    },
  ],
};

const redis: DashboardDefinition = {
  uid: 'px0-redis',
  title: 'px0 / Redis',
  description: 'Rate limits: metrics of redis_exporter. Without Redis, each process counts on its own.',
  variables: [],
  sections: [
    {
      title: 'Redis',
      panels: [
        {
          title: 'Up',
          description: 'Whether the exporter reaches the server.',
          kind: 'stat',
          unit: 'bool_on_off',
          queries: [query('min(redis_up)', 'up')],
        },
        {
          title: 'Commands',
          description: 'One per lease of points, not one per request.',
          unit: 'ops',
          queries: [query(rateOf('redis_commands_total', '', 'cmd'), '{{cmd}}')],
        },
        {
          title: 'Duration of commands',
          description: 'Mean.',
          unit: 's',
          queries: [
            query(
              'sum(rate(redis_commands_duration_seconds_total[$__rate_interval])) / sum(rate(redis_commands_processed_total[$__rate_interval]))',
              'mean',
            ),
          ],
        },
        {
          title: 'Memory',
          description: 'Memory in use, and the limit (0: none).',
          unit: 'bytes',
          queries: [query('redis_memory_used_bytes', 'used'), query('redis_memory_max_bytes', 'limit')],
        },
        {
          title: 'Keys',
          description: 'Callers with an open window.',
          unit: 'short',
          queries: [query('sum(redis_db_keys)', 'keys')],
        },
        {
          title: 'Evicted and rejected',
          description: 'Evicting a counter resets its caller’s limit.',
          unit: 'short',
          queries: [
            query('increase(redis_evicted_keys_total[1h])', 'evicted in an hour'),
            query('increase(redis_rejected_connections_total[1h])', 'connections rejected in an hour'),
            query('redis_connected_clients', 'clients'),
          ],
        },
      ],
    },
  ],
};

/** All of them, in the order of the list that people see. */
export const dashboards: readonly DashboardDefinition[] = [
  overview,
  render,
  delivery,
  events,
  controlPlane,
  postgres,
  nats,
  redis,
];
