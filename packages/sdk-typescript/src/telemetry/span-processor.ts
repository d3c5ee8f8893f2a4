/** Carries the prompt's name and version from the span that rendered it to the model call's span. */
import { RENDER_ATTRIBUTES } from './attributes.ts';
import { type Context, spanIn } from './registry.ts';

type Attributes = Readonly<Record<string, unknown>>;

interface StartedSpan {
  readonly attributes: Attributes;
  setAttribute(name: string, value: string | number | boolean): unknown;
}

/** Prefixes of what a span says that is no model call, and has none below it. */
const OTHER_SPANS = ['http.', 'db.', 'rpc.', 'messaging.', 'url.'];

/**
 * For the tracer provider of an application: `spanProcessors: [new Px0SpanProcessor(), …]`. A span that starts below one in which px0 has rendered takes over what that
 * says of the prompt, so that the call of the model names the prompt and its version, whatever instruments it. It is taken over when the span starts, because some
 * instrumentations say only later that a span is a model call; requests of HTTP and of databases are left out.
 */
export class Px0SpanProcessor {
  onStart(span: StartedSpan, parentContext: Context): void {
    const from = attributesIn(spanIn(parentContext));
    if (from === undefined || isOther(span.attributes)) return;
    for (const name of RENDER_ATTRIBUTES) {
      const value = from[name];
      const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (isValue && span.attributes[name] === undefined) span.setAttribute(name, value);
    }
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

/** Of a span of this process; one of another process has none. */
function attributesIn(span: object | undefined): Attributes | undefined {
  const attributes: unknown = span === undefined ? undefined : Reflect.get(span, 'attributes');
  return typeof attributes === 'object' && attributes !== null ? { ...attributes } : undefined;
}

function isOther(attributes: Attributes): boolean {
  const names = Object.keys(attributes);
  if (names.some((name) => name.startsWith('gen_ai.'))) return false;
  return names.some((name) => OTHER_SPANS.some((prefix) => name.startsWith(prefix)));
}
