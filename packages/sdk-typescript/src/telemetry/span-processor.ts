/** Carries the prompt's name and version from the span that rendered it to the model call's span. */
import { RENDER_ATTRIBUTES, spanNames } from './attributes.ts';
import { type Context, spanIn } from './registry.ts';

type Attributes = Readonly<Record<string, unknown>>;

interface StartedSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Attributes;
  setAttribute(name: string, value: string | number | boolean): unknown;
}

const INTERNAL = 0;
const CLIENT = 2;
const OF_MODEL_CALLS = 'gen_ai.';
/** Prefixes of what a span says that is no model call, and has none below it. */
const OF_OTHERS = ['http.', 'url.', 'db.', 'rpc.', 'messaging.'];
const [PROMPT_NAME] = RENDER_ATTRIBUTES;

/**
 * For the tracer provider of an application: `spanProcessors: [new Px0SpanProcessor(), …]`. A span that starts below one in which px0 has rendered takes over what that
 * says of the prompt, so that the call of the model names the prompt and its version, whatever instruments it. It is taken over when the span starts, because some
 * instrumentations say only later that a span is a model call; requests of HTTP and of databases are left out.
 */
export class Px0SpanProcessor {
  onStart(span: StartedSpan, parentContext: Context): void {
    const from = attributesIn(spanIn(parentContext));
    if (from?.[PROMPT_NAME] === undefined || !leadsToModel(span)) return;
    for (const name of RENDER_ATTRIBUTES) {
      const value = from[name];
      const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (isValue && value !== '' && span.attributes[name] === undefined) span.setAttribute(name, value);
    }
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

/** Of a span of this process; one of another process has none. */
function attributesIn(span: object | undefined): Attributes | undefined {
  const attributes: unknown = span === undefined ? undefined : Reflect.get(span, 'attributes');
  return typeof attributes === 'object' && attributes !== null ? (attributes as Attributes) : undefined;
}

/** Whether it calls a model, or may do so within it. */
function leadsToModel({ name, kind, attributes }: StartedSpan): boolean {
  if (name === spanNames.render) return false;
  const names = Object.keys(attributes);
  if (names.some((one) => one.startsWith(OF_MODEL_CALLS))) return true;
  const isOther = names.some((one) => OF_OTHERS.some((prefix) => one.startsWith(prefix)));
  return !isOther && (kind === INTERNAL || kind === CLIENT);
}
