/**
 * What the application has registered with `@opentelemetry/api`, found where all copies of that package find it: under a symbol that has its major version.
 * So this package neither depends on it nor imports it, which would fail in bundles and come too late for a first render.
 * See docs/decisions/197-opentelemetry-without-a-dependency.md.
 */
import { isObject } from '../json.ts';

const REGISTRY = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Of OpenTelemetry's types what is used. */
export interface Span {
  /** Only of spans of OpenTelemetry's own SDK. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  isRecording(): boolean;
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

export interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
}

interface ContextManager {
  active(): Context;
  with<T>(context: Context, work: () => T): T;
}

interface TracerProvider {
  getTracer(
    name: string,
    version: string,
  ): { startSpan(name: string, options: object, context?: Context): Span };
}

interface Observed {
  observe(value: number, attributes?: Attributes): void;
}

interface Observable {
  addCallback(observe: (observed: Observed) => void): void;
}

export interface Meter {
  createCounter(name: string, options: object): { add(value: number, attributes: Attributes): void };
  createHistogram(name: string, options: object): { record(value: number, attributes: Attributes): void };
  createObservableGauge(name: string, options: object): Observable;
  createObservableCounter(name: string, options: object): Observable;
}

export interface MeterProvider {
  getMeter(name: string, version: string): Meter;
}

export interface Registry {
  readonly context?: ContextManager;
  readonly trace?: TracerProvider;
  readonly metrics?: MeterProvider;
}

/** Undefined: the application has registered nothing. */
export function registry(): Registry | undefined {
  const registered: unknown = Reflect.get(globalThis, REGISTRY);
  return isObject(registered) ? (registered as Registry) : undefined;
}

export function spanIn(context: Context | undefined): Span | undefined {
  const span = context?.getValue(SPAN);
  return isObject(span) && typeof span['isRecording'] === 'function' ? (span as unknown as Span) : undefined;
}

export function contextWith(context: Context, span: Span): Context {
  return context.setValue(SPAN, span);
}
