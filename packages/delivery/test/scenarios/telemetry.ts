/** What OpenTelemetry is told, in every language: docs/decisions/197-opentelemetry-without-a-dependency.md. `vectors/README.md` says how the cases are read. */

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** What a render gave; null: it is not known. */
export interface RenderEvidence {
  readonly slug: string;
  readonly version: number | null;
  readonly prompt_id: string | null;
  readonly source: string;
  readonly revision: string | null;
  readonly stale: boolean;
  readonly age_ms: number | null;
}

export type TelemetryCase = { readonly id: string } & (
  | { readonly render: RenderEvidence; readonly attributes: Attributes }
  /** The error of this class, and of px0's refusals with this status. */
  | { readonly error: string; readonly status?: number; readonly outcome: string }
  | {
      readonly parent: Attributes;
      readonly span: { readonly name: string; readonly kind: string; readonly attributes: Attributes };
      /** The attributes of the span once it has started. */
      readonly started: Attributes;
    }
);

const HELD: RenderEvidence = {
  slug: 'greeting',
  version: 7,
  prompt_id: 'p1',
  source: 'stream',
  revision: 'MToxOjE',
  stale: false,
  age_ms: 20,
};
const TOLD: Attributes = {
  'gen_ai.prompt.name': 'greeting',
  'gen_ai.prompt.version': '7',
  'px0.prompt.id': 'p1',
  'px0.source': 'stream',
  'px0.revision': 'MToxOjE',
  'px0.stale': false,
  'px0.age_ms': 20,
};

function starts(
  id: string,
  started: Attributes,
  { name = 'span', kind = 'internal', attributes = {}, parent = TOLD } = {},
): TelemetryCase {
  return { id, parent, span: { name, kind, attributes }, started };
}

/** That is left as it begins. */
function leaves(id: string, attributes: Attributes, kind = 'client'): TelemetryCase {
  return starts(id, attributes, { kind, attributes });
}

function failure(error: string, outcome: string, status?: number): TelemetryCase {
  const id = `outcome-${error}${status ?? ''}`;
  return { id, error, ...(status !== undefined && { status }), outcome };
}

const model = { 'gen_ai.request.model': 'm' };
const { 'gen_ai.prompt.version': _version, ...withoutVersion } = TOLD;

export const telemetryCases: readonly TelemetryCase[] = [
  { id: 'attributes-of-what-is-held', render: HELD, attributes: TOLD },
  {
    id: 'attributes-of-a-render-by-px0',
    render: { ...HELD, prompt_id: null, source: 'live', age_ms: 0 },
    attributes: {
      'gen_ai.prompt.name': 'greeting',
      'gen_ai.prompt.version': '7',
      'px0.source': 'live',
      'px0.revision': 'MToxOjE',
      'px0.stale': false,
      'px0.age_ms': 0,
    },
  },
  {
    id: 'attributes-of-a-fallback',
    render: {
      slug: 'greeting',
      version: null,
      prompt_id: null,
      source: 'fallback',
      revision: null,
      stale: true,
      age_ms: null,
    },
    attributes: { 'gen_ai.prompt.name': 'greeting', 'px0.source': 'fallback', 'px0.stale': true },
  },

  failure('NotFoundError', 'not_found', 404),
  failure('InvalidRequestError', 'invalid', 400),
  failure('InvalidRequestError', 'invalid', 422),
  failure('TemplateError', 'invalid'),
  failure('UnauthorizedError', 'refused', 401),
  failure('ForbiddenError', 'refused', 403),
  failure('ConflictError', 'refused', 409),
  failure('RefusedError', 'refused', 418),
  failure('UnreachableError', 'unreachable'),
  failure('UsageError', 'error'),

  starts('span-model', { ...model, ...TOLD }, { kind: 'client', attributes: model }),
  starts('span-internal', TOLD),
  starts('span-client-that-says-nothing-yet', TOLD, { kind: 'client' }),
  starts(
    'span-model-by-rpc',
    { 'rpc.system': 'aws-api', ...model, ...TOLD },
    {
      kind: 'client',
      attributes: { 'rpc.system': 'aws-api', ...model },
    },
  ),
  starts(
    'span-with-its-own',
    { ...TOLD, 'gen_ai.prompt.name': 'another' },
    {
      attributes: { 'gen_ai.prompt.name': 'another' },
    },
  ),
  starts('span-below-content', TOLD, {
    parent: {
      ...TOLD,
      'gen_ai.prompt.0.content': 'secret',
      'gen_ai.prompt.variable.name': 'Ada',
      'px0.other': 1,
    },
  }),
  starts('span-below-what-is-not-known', withoutVersion, {
    parent: { ...TOLD, 'gen_ai.prompt.version': '' },
  }),
  starts('span-below-no-render', {}, { parent: { 'px0.source': 'stream' } }),
  leaves('span-http', { 'http.request.method': 'POST' }),
  leaves('span-url', { 'url.full': 'https://example.com' }),
  leaves('span-db', { 'db.system.name': 'postgresql' }),
  leaves('span-rpc', { 'rpc.system': 'grpc' }),
  leaves('span-messaging', { 'messaging.system': 'nats' }),
  leaves('span-server', {}, 'server'),
  leaves('span-producer', {}, 'producer'),
  leaves('span-consumer', {}, 'consumer'),
  starts('span-of-a-render', {}, { name: 'px0.render' }),
];
