/**
 * Every metric that px0's dashboards, rules and tests may speak of, declared once: instruments are made from these entries, and a test
 * compares the list with what running services really emit. Names follow OpenTelemetry's semantic conventions where these have one.
 *
 * Cardinality is bounded by construction: routes, entities, upstreams and the like come from closed lists; prompts are limited where they
 * are counted.
 */
export type MetricKind = 'counter' | 'gauge' | 'updown' | 'histogram';

export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM, as OpenTelemetry writes it: `s`, `By`, `{row}`; empty for states. */
  readonly unit: string;
  readonly description: string;
  /** Attributes of its points. */
  readonly attributes: readonly string[];
}

const define = <T extends Readonly<Record<string, MetricDefinition>>>(entries: T): T => entries;

/** Measured by px0 itself. */
export const metricCatalog = define({
  processHeartbeat: {
    name: 'px0.process.heartbeat',
    kind: 'gauge',
    unit: 's',
    description:
      'Unix time of the export by the process’s own clock; 0 in the last one of a process that stops in order.',
    attributes: [],
  },
  processStarted: {
    name: 'px0.process.started',
    kind: 'gauge',
    unit: 's',
    description: 'Unix time at which the process started.',
    attributes: [],
  },
  postgresUp: {
    name: 'px0.postgres.up',
    kind: 'gauge',
    unit: '',
    description: '1 when Postgres answered the process within two seconds, at this export.',
    attributes: [],
  },
  redisUp: {
    name: 'px0.redis.up',
    kind: 'gauge',
    unit: '',
    description: '1 when Redis answered the process at this export; absent where no Redis is configured.',
    attributes: [],
  },
  httpServerDuration: {
    name: 'http.server.request.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From the first byte of a request until its answer was handed to the system.',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code'],
  },
  renders: {
    name: 'px0.render.count',
    kind: 'counter',
    unit: '{render}',
    description: 'Templates run, by prompt (the first of a process by id, the rest as `other`) and outcome.',
    attributes: ['px0.prompt.id', 'px0.render.outcome'],
  },
  renderContract: {
    name: 'px0.render.contract',
    kind: 'counter',
    unit: '{render}',
    description:
      'Renders whose variables violated the input contract, by prompt (as `px0.render.count`) and outcome: refused (`violation`) or run (`warning`).',
    attributes: ['px0.prompt.id', 'px0.contract.outcome'],
  },
  usageReported: {
    name: 'px0.usage.reported',
    kind: 'counter',
    unit: '{render}',
    description:
      'Renders that applications report to have made themselves, by the source of the text and outcome. A report that comes again counts again.',
    attributes: ['px0.source', 'px0.render.outcome'],
  },
  usageDropped: {
    name: 'px0.usage.dropped',
    kind: 'counter',
    unit: '{row}',
    description: 'Rows of such reports that were not counted.',
    attributes: [],
  },
  renderDuration: {
    name: 'px0.render.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From the look-up of the prompt until its text is there: a render without its HTTP.',
    attributes: [],
  },
  renderPrompts: {
    name: 'px0.render.prompts',
    kind: 'gauge',
    unit: '{prompt}',
    description: 'Prompts that the render process holds.',
    attributes: [],
  },
  renderCachedVersions: {
    name: 'px0.render.cached_versions',
    kind: 'gauge',
    unit: '{version}',
    description: 'Fetched versions, neither live, that the render process holds.',
    attributes: [],
  },
  heavyQueued: {
    name: 'px0.heavy.queued',
    kind: 'gauge',
    unit: '{task}',
    description: 'Heavy renders and other long work that waits for a worker thread.',
    attributes: [],
  },
  heavyRunning: {
    name: 'px0.heavy.running',
    kind: 'gauge',
    unit: '{task}',
    description: 'The same that a worker thread is busy with.',
    attributes: [],
  },
  heavyRefused: {
    name: 'px0.heavy.refused',
    kind: 'counter',
    unit: '{task}',
    description: 'The same that was refused, because too much of its organization or of all waited.',
    attributes: [],
  },
  assertionsRun: {
    name: 'px0.assertions.run',
    kind: 'counter',
    unit: '{assertion}',
    description: 'Assertions that checks judged, by type and whether the output fulfilled them.',
    attributes: ['px0.assertion.type', 'px0.assertion.ok'],
  },
  heavyDuration: {
    name: 'px0.heavy.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long a worker thread took for it.',
    attributes: [],
  },
  policyRefusals: {
    name: 'px0.policy.refusals',
    kind: 'counter',
    unit: '{change}',
    description: 'Changes of prompts that policies refused, by what was wanted.',
    attributes: ['px0.policy.transition'],
  },
  changeRequestsOpen: {
    name: 'px0.change_requests.open',
    kind: 'gauge',
    unit: '{request}',
    description: 'Change requests that are open; every replica says the same.',
    attributes: [],
  },
  changeRequestsApplied: {
    name: 'px0.change_requests.applied',
    kind: 'counter',
    unit: '{request}',
    description: 'Change requests that this process applied, by what they changed.',
    attributes: ['px0.change.kind'],
  },
  changeRequestLeadTime: {
    name: 'px0.change_request.lead_time',
    kind: 'histogram',
    unit: 's',
    description: 'From when a change request was opened until it was applied.',
    attributes: [],
  },
  deliveryStreams: {
    name: 'px0.delivery.streams',
    kind: 'gauge',
    unit: '{stream}',
    description: 'Delivery streams of the render process.',
    attributes: [],
  },
  deliveryStreamsLimit: {
    name: 'px0.delivery.streams.limit',
    kind: 'gauge',
    unit: '{stream}',
    description: 'How many delivery streams the render process takes.',
    attributes: [],
  },
  deliveryAudiences: {
    name: 'px0.delivery.audiences',
    kind: 'gauge',
    unit: '{audience}',
    description: 'Sets of streams that are sent the same bytes.',
    attributes: [],
  },
  deliveryFrames: {
    name: 'px0.delivery.frames',
    kind: 'counter',
    unit: '{frame}',
    description: 'Frames made of what changed, by type; each is made once for all who see it.',
    attributes: ['px0.frame.type'],
  },
  deliverySent: {
    name: 'px0.delivery.sent',
    kind: 'counter',
    unit: 'By',
    description: 'Bytes written to delivery streams.',
    attributes: [],
  },
  deliveryTransfers: {
    name: 'px0.delivery.transfers',
    kind: 'counter',
    unit: '{transfer}',
    description: 'Transfers begun: whole teams, or what a client has missed.',
    attributes: [],
  },
  deliveryBehind: {
    name: 'px0.delivery.behind',
    kind: 'counter',
    unit: '{stream}',
    description: 'Times that a stream was passed over, because its client did not keep up.',
    attributes: [],
  },
  deliveryCut: {
    name: 'px0.delivery.cut',
    kind: 'counter',
    unit: '{stream}',
    description:
      'Streams that px0 ended, by reason: rights that ended, age, a stop, or a client that took nothing.',
    attributes: ['px0.cut.reason'],
  },
  deliveryPassDuration: {
    name: 'px0.delivery.pass.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From when a batch of changes was taken over until the last stream was written it.',
    attributes: [],
  },
  deliveryLag: {
    name: 'px0.delivery.lag',
    kind: 'histogram',
    unit: 's',
    description: 'From the time of the earliest event of a batch until the last stream was written it.',
    attributes: [],
  },
  projectionLag: {
    name: 'px0.projection.lag',
    kind: 'gauge',
    unit: 's',
    description: 'Time since the projection was last in step with the stream; 0 while it is.',
    attributes: [],
  },
  projectionPosition: {
    name: 'px0.projection.position',
    kind: 'gauge',
    unit: '{message}',
    description: 'The stream sequence up to which everything has been applied.',
    attributes: [],
  },
  projectionSubjects: {
    name: 'px0.projection.subjects',
    kind: 'gauge',
    unit: '{subject}',
    description: 'Entities that the projection remembers.',
    attributes: [],
  },
  projectionReady: {
    name: 'px0.projection.ready',
    kind: 'gauge',
    unit: '',
    description: '1 when everything that existed at the start has been applied.',
    attributes: [],
  },
  projectionApplied: {
    name: 'px0.projection.applied',
    kind: 'counter',
    unit: '{event}',
    description: 'Events applied, by entity.',
    attributes: ['px0.entity'],
  },
  natsConnected: {
    name: 'px0.nats.connected',
    kind: 'gauge',
    unit: '',
    description: '1 while the connection to NATS stands.',
    attributes: [],
  },
  natsDisconnects: {
    name: 'px0.nats.disconnects',
    kind: 'counter',
    unit: '{disconnect}',
    description: 'How often the connection to NATS was lost.',
    attributes: [],
  },
  outboxOwed: {
    name: 'px0.outbox.owed',
    kind: 'gauge',
    unit: '{row}',
    description: 'Rows that are committed and not in the stream yet.',
    attributes: [],
  },
  outboxOwedAge: {
    name: 'px0.outbox.owed.age',
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest such row; 0 when there is none.',
    attributes: [],
  },
  auditUnsealed: {
    name: 'px0.audit.unsealed',
    kind: 'gauge',
    unit: '{entry}',
    description: 'Audit entries that are committed and in no chain yet.',
    attributes: [],
  },
  auditSealLag: {
    name: 'px0.audit.seal_lag',
    kind: 'gauge',
    unit: 's',
    description: 'How long the oldest of them has waited; 0 when there is none.',
    attributes: [],
  },
  outboxPublished: {
    name: 'px0.outbox.published',
    kind: 'counter',
    unit: '{row}',
    description: 'Rows that this process published, or found published.',
    attributes: [],
  },
  databaseRefused: {
    name: 'px0.database.refused',
    kind: 'gauge',
    unit: '',
    description: '1 while nothing is published because the database lacks what the stream shows.',
    attributes: [],
  },
  databaseReturns: {
    name: 'px0.database.returns',
    kind: 'counter',
    unit: '{epoch}',
    description: 'Epochs begun because a failover or a recovery of the database lost changes.',
    attributes: [],
  },
  sagaParked: {
    name: 'px0.saga.parked',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events whose effect failed again and again.',
    attributes: ['px0.saga'],
  },
  sagaLeading: {
    name: 'px0.saga.leading',
    kind: 'gauge',
    unit: '',
    description: '1 in the replica that runs the saga.',
    attributes: ['px0.saga'],
  },
  gatewayRefused: {
    name: 'px0.gateway.refused',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that the gateway itself answered with 429 or 503.',
    attributes: ['px0.refusal.reason'],
  },
  gatewayBreaker: {
    name: 'px0.gateway.breaker.state',
    kind: 'gauge',
    unit: '',
    description: '0: a replica may be used, 1: all are out and one is on trial, 2: all are out.',
    attributes: ['px0.upstream'],
  },
  gatewayReplicasOut: {
    name: 'px0.gateway.upstream.replicas_out',
    kind: 'gauge',
    unit: '{replica}',
    description: 'Replicas that the gateway passes over because they do not answer.',
    attributes: ['px0.upstream'],
  },
  gatewayPending: {
    name: 'px0.gateway.upstream.pending',
    kind: 'gauge',
    unit: '{request}',
    description: 'Requests sent to an upstream and not yet answered.',
    attributes: ['px0.upstream'],
  },
  gatewayStreams: {
    name: 'px0.gateway.streams',
    kind: 'gauge',
    unit: '{stream}',
    description: 'Delivery streams that go through the gateway process.',
    attributes: [],
  },
  gatewayStreamsLimit: {
    name: 'px0.gateway.streams.limit',
    kind: 'gauge',
    unit: '{stream}',
    description: 'How many delivery streams the gateway process takes.',
    attributes: [],
  },
  rateLimitHits: {
    name: 'px0.rate_limit.hits',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests over their caller’s limit, by class of cost.',
    attributes: ['px0.cost'],
  },
  mailOwed: {
    name: 'px0.mail.owed',
    kind: 'gauge',
    unit: '{mail}',
    description: 'Mails that wait to be sent.',
    attributes: [],
  },
  mailOwedAge: {
    name: 'px0.mail.owed.age',
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest such mail; 0 when there is none.',
    attributes: [],
  },
  argon2Running: {
    name: 'px0.argon2.running',
    kind: 'gauge',
    unit: '{hash}',
    description: 'Passwords being hashed.',
    attributes: [],
  },
  argon2Waiting: {
    name: 'px0.argon2.waiting',
    kind: 'gauge',
    unit: '{hash}',
    description: 'Passwords that wait for their turn to be hashed.',
    attributes: [],
  },
  argon2Refused: {
    name: 'px0.argon2.refused',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests refused because too many passwords waited.',
    attributes: [],
  },
});

/** Measured by OpenTelemetry's instrumentations of libraries and runtime; listed as far as dashboards and rules use them. */
export const libraryMetricCatalog = define({
  httpClientDuration: {
    name: 'http.client.request.duration',
    kind: 'histogram',
    unit: 's',
    description: 'The gateway’s requests to its upstreams.',
    attributes: ['http.request.method', 'http.response.status_code', 'server.address', 'server.port'],
  },
  dbDuration: {
    name: 'db.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'SQL statements.',
    attributes: ['db.operation.name', 'db.namespace'],
  },
  dbConnections: {
    name: 'db.client.connection.count',
    kind: 'updown',
    unit: '{connection}',
    description: 'Connections of the Postgres pool by state.',
    attributes: ['db.client.connection.state', 'db.client.connection.pool.name'],
  },
  dbPending: {
    name: 'db.client.connection.pending_requests',
    kind: 'updown',
    unit: '{connection}',
    description: 'Requests that wait for a connection.',
    attributes: ['db.client.connection.pool.name'],
  },
  eventLoopDelay: {
    name: 'nodejs.eventloop.delay.p99',
    kind: 'gauge',
    unit: 's',
    description: 'How late the event loop was, 99th percentile since the last export.',
    attributes: [],
  },
  eventLoopUtilization: {
    name: 'nodejs.eventloop.utilization',
    kind: 'gauge',
    unit: '1',
    description: 'Share of time in which the event loop was busy.',
    attributes: [],
  },
  heapUsed: {
    name: 'v8js.memory.heap.used',
    kind: 'gauge',
    unit: 'By',
    description: 'Heap in use, by space.',
    attributes: ['v8js.heap.space.name'],
  },
  gcDuration: {
    name: 'v8js.gc.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Garbage collections by kind.',
    attributes: ['v8js.gc.type'],
  },
  processCpu: {
    name: 'process.cpu.time',
    kind: 'counter',
    unit: 's',
    description: 'Processor time of the process.',
    attributes: ['cpu.mode'],
  },
  processMemory: {
    name: 'process.memory.usage',
    kind: 'gauge',
    unit: '',
    description: 'Resident memory of the process in bytes (the instrumentation declares no unit).',
    attributes: [],
  },
});

/** What relays that have an upstream measure besides: no process of an installation without one has them. */
export const relayMetricCatalog = define({
  relayConnected: {
    name: 'px0.relay.upstream.connected',
    kind: 'gauge',
    unit: '',
    description: '1 while the relay follows its upstream, else 0.',
    attributes: [],
  },
  relayStaleness: {
    name: 'px0.relay.staleness',
    kind: 'gauge',
    unit: 's',
    description: 'Seconds since the upstream last confirmed what the relay holds; 0 while it is followed.',
    attributes: [],
  },
});
