/** The metrics of all clients of this process, with the provider that the application has registered at the time. */
import type { ClientState, ClientStatus } from '../held.ts';
import { VERSION } from '../version.ts';
import { metricAttributes, metricNames } from './attributes.ts';
import type { Meter, MeterProvider } from './registry.ts';

export const SCOPE = 'px0';
/** A metric of too many series costs the application's memory. */
const MOST_NAMES = 200;
const MS_OF_SECOND = 1_000;
/** In seconds: a render here takes microseconds, one by px0 milliseconds. */
const DURATION_BOUNDS = [
  0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];
/** Of clients that are open. */
const STATES: readonly ClientState[] = ['initializing', 'ready', 'stale', 'offline', 'refused'];

export interface Outcome {
  readonly slug: string;
  /** Undefined: there is no result. */
  readonly source: string | undefined;
  readonly outcome: string;
  readonly milliseconds: number;
}

/** Of one provider. Clients share them: of two that observe the same only the last would count. */
class Instruments {
  /** What the open clients say that hold prompts. */
  readonly #clients = new Set<() => ClientStatus>();
  /** A counter that falls is read as a restart. */
  #repairsOfClosed = 0;
  readonly #names = new Set<string>();
  readonly #renders: ReturnType<Meter['createCounter']>;
  readonly #duration: ReturnType<Meter['createHistogram']>;

  constructor(meter: Meter) {
    this.#renders = meter.createCounter(metricNames.renders, {
      description: 'Renders, by source and outcome.',
      unit: '{render}',
    });
    this.#duration = meter.createHistogram(metricNames.duration, {
      description: 'How long renders took.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BOUNDS },
    });
    this.#observe(meter);
  }

  add(client: () => ClientStatus): void {
    this.#clients.add(client);
  }

  remove(client: () => ClientStatus): void {
    if (this.#clients.delete(client)) this.#repairsOfClosed += client().repairs;
  }

  rendered({ slug, source, outcome, milliseconds }: Outcome): void {
    const attributes = {
      [metricAttributes.outcome]: outcome,
      ...(source !== undefined && { [metricAttributes.source]: source }),
    };
    // A slug that px0 does not have may be anything, and must not take a place.
    const hasName = source !== undefined && this.#isNamed(slug);
    const named = hasName ? { ...attributes, [metricAttributes.promptName]: slug } : attributes;
    this.#renders.add(1, named);
    this.#duration.record(milliseconds / MS_OF_SECOND, attributes);
  }

  #observe(meter: Meter): void {
    const all = () => Array.from(this.#clients, (status) => status());
    const sum = (of: (status: ClientStatus) => number) => all().reduce((total, one) => total + of(one), 0);
    meter
      .createObservableGauge(metricNames.state, {
        description: 'Clients that hold prompts, by their state.',
        unit: '{client}',
      })
      // Each of the states: what is not observed any more keeps its last value.
      .addCallback((result) => {
        for (const state of STATES) {
          result.observe(
            sum((one) => (one.state === state ? 1 : 0)),
            { [metricAttributes.state]: state },
          );
        }
      });
    meter
      .createObservableGauge(metricNames.staleness, {
        description: 'How long ago px0 confirmed what is held; the longest of all clients.',
        unit: 's',
      })
      .addCallback((result) => {
        const ages = all().flatMap(({ ageMs }) => ageMs ?? []);
        if (ages.length > 0) result.observe(Math.max(...ages) / MS_OF_SECOND);
      });
    meter
      .createObservableGauge(metricNames.prompts, { description: 'Prompts that are held.', unit: '{prompt}' })
      .addCallback((result) => result.observe(sum(({ prompts }) => prompts)));
    meter
      .createObservableCounter(metricNames.repairs, {
        description: 'How often everything was asked for again because it did not add up.',
        unit: '{repair}',
      })
      .addCallback((result) => result.observe(this.#repairsOfClosed + sum(({ repairs }) => repairs)));
  }

  #isNamed(slug: string): boolean {
    if (this.#names.has(slug)) return true;
    if (this.#names.size >= MOST_NAMES) return false;
    this.#names.add(slug);
    return true;
  }
}

const ofProviders = new WeakMap<MeterProvider, Instruments>();

function instrumentsOf(provider: MeterProvider): Instruments {
  let instruments = ofProviders.get(provider);
  if (instruments === undefined) {
    instruments = new Instruments(provider.getMeter(SCOPE, VERSION));
    ofProviders.set(provider, instruments);
  }
  return instruments;
}

/** Of one client. */
export class Metrics {
  /** Undefined for a client that holds nothing. */
  readonly #status: (() => ClientStatus) | undefined;
  #provider: MeterProvider | undefined;
  #instruments: Instruments | undefined;

  constructor(status: (() => ClientStatus) | undefined) {
    this.#status = status;
  }

  /** What is made before an application registers its provider would go nowhere. */
  use(provider: MeterProvider | undefined): void {
    if (provider === this.#provider) return;
    this.close();
    this.#provider = provider;
    this.#instruments = provider && instrumentsOf(provider);
    if (this.#status !== undefined) this.#instruments?.add(this.#status);
  }

  rendered(outcome: Outcome): void {
    this.#instruments?.rendered(outcome);
  }

  close(): void {
    if (this.#status !== undefined) this.#instruments?.remove(this.#status);
    this.#provider = undefined;
    this.#instruments = undefined;
  }
}
