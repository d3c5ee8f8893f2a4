/** The names of what OpenTelemetry gets to know of a render. Nothing else names them. */

/** Of the GenAI conventions, whose status is Development; there `gen_ai.prompt.variable.*` would hold content, and is never set. */
const PROMPT_NAME = 'gen_ai.prompt.name';
const PROMPT_VERSION = 'gen_ai.prompt.version';
const PROMPT_ID = 'px0.prompt.id';
const SOURCE = 'px0.source';
const REVISION = 'px0.revision';
const STALE = 'px0.stale';
const AGE = 'px0.age_ms';

/** Those of a render, which a model call's span takes over. */
export const RENDER_ATTRIBUTES = [
  PROMPT_NAME,
  PROMPT_VERSION,
  PROMPT_ID,
  SOURCE,
  REVISION,
  STALE,
  AGE,
] as const;

/** Of a span of an earlier render that has what this one does not know: OpenTelemetry takes no attribute back. */
export const UNKNOWN: Readonly<Record<string, string | number>> = {
  [PROMPT_VERSION]: '',
  [PROMPT_ID]: '',
  [REVISION]: '',
  [AGE]: 0,
};

/** Of metrics. */
export const metricAttributes = {
  source: SOURCE,
  outcome: 'px0.outcome',
  promptName: PROMPT_NAME,
  state: 'px0.state',
} as const;

export const spanNames = { render: 'px0.render' } as const;

export const metricNames = {
  renders: 'px0.client.renders',
  duration: 'px0.client.render.duration',
  state: 'px0.client.state',
  staleness: 'px0.client.staleness',
  prompts: 'px0.client.prompts',
  repairs: 'px0.client.repairs',
} as const;

/** By the names of OpenTelemetry's conventions. */
export type RenderAttributes = Readonly<Record<string, string | number | boolean>>;

/** Of a result what they are made of. */
interface Evidence {
  readonly slug: string;
  readonly version: number | null;
  readonly promptId: string | null;
  readonly source: string;
  readonly revision: string | null;
  readonly stale: boolean;
  readonly ageMs: number | null;
}

/** What is not known has no attribute. */
export function attributesOf({
  slug,
  version,
  promptId,
  source,
  revision,
  stale,
  ageMs,
}: Evidence): RenderAttributes {
  const attributes: Record<string, string | number | boolean> = {
    [PROMPT_NAME]: slug,
    [SOURCE]: source,
    [STALE]: stale,
  };
  if (version !== null) attributes[PROMPT_VERSION] = String(version);
  if (promptId !== null) attributes[PROMPT_ID] = promptId;
  if (revision !== null) attributes[REVISION] = revision;
  if (ageMs !== null) attributes[AGE] = ageMs;
  return attributes;
}
