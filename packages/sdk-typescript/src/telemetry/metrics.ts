/** The metrics of a client, with the provider that the application has registered at the time. */
import type { ClientState, ClientStatus } from '../held.ts';
import { VERSION } from '../version.ts';
import { metricAttributes, metricNames } from './attributes.ts';
import type { Meter, MeterProvider, Observable } from './registry.ts';

export const SCOPE = 'px0';
/** A metric of too many series costs the application's memory. */
const MOST_NAMES = 200;
const MS_OF_SECOND = 1_000;
/** In seconds: a render here takes microseconds, one by px0 milliseconds. */
const DURATION_BOUNDS = [
  0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];
const STATES: readonly ClientState[] = ['initializing', 'ready', 'stale', 'offline', 'refused', 'closed'];

export interface Outcome {
  readonly slug: string;
  /** Undefined: there is no result. */
  readonly source: string | undefined;
  readonly outcome: string;
  readonly milliseconds: number;
}

type Observer = Parameters<Observable['addCallback']>[0];

interface Instruments {
  readonly renders: ReturnType<Meter['createCounter']>;
  readonly duration: ReturnType<Meter['createHistogram']>;
  readonly observed: readonly (readonly [Observable, Observer])[];
}

export class Metrics {
  /** Undefined for a client that holds nothing. */
  readonly #status: (() => ClientStatus) | undefined;
  readonly #names = new Set<string>();
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
    this.#instruments = provider && this.#made(provider.getMeter(SCOPE, VERSION));
  }

  rendered({ slug, source, outcome, milliseconds }: Outcome): void {
    if (this.#instruments === undefined) return;
    const { renders, duration } = this.#instruments;
    const attributes = {
      [metricAttributes.outcome]: outcome,
      ...(source !== undefined && { [metricAttributes.source]: source }),
    };
    const named = this.#isNamed(slug) ? { ...attributes, [metricAttributes.promptName]: slug } : attributes;
    renders.add(1, named);
    duration.record(milliseconds / MS_OF_SECOND, attributes);
  }

  close(): void {
    for (const [instrument, observe] of this.#instruments?.observed ?? []) instrument.removeCallback(observe);
    this.#provider = undefined;
    this.#instruments = undefined;
  }

  #isNamed(slug: string): boolean {
    if (this.#names.has(slug)) return true;
    if (this.#names.size >= MOST_NAMES) return false;
    this.#names.add(slug);
    return true;
  }

  #made(meter: Meter): Instruments {
    const renders = meter.createCounter(metricNames.renders, {
      description: 'Renders, by source and outcome.',
      unit: '{render}',
    });
    const duration = meter.createHistogram(metricNames.duration, {
      description: 'How long renders took.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BOUNDS },
    });
    return { renders, duration, observed: this.#observed(meter) };
  }

  #observed(meter: Meter): Instruments['observed'] {
    const status = this.#status;
    if (status === undefined) return [];
    const observed: (readonly [Observable, Observer])[] = [
      [
        meter.createObservableGauge(metricNames.state, {
          description: 'The state of the client: 1 for the one it is in, 0 for the others.',
        }),
        // Each of them: what is not observed any more keeps its last value.
        (result) => {
          const { state } = status();
          for (const one of STATES) result.observe(one === state ? 1 : 0, { [metricAttributes.state]: one });
        },
      ],
      [
        meter.createObservableGauge(metricNames.staleness, {
          description: 'How long ago px0 confirmed what is held.',
          unit: 's',
        }),
        (result) => {
          const { ageMs } = status();
          if (ageMs !== null) result.observe(ageMs / MS_OF_SECOND);
        },
      ],
      [
        meter.createObservableGauge(metricNames.prompts, {
          description: 'Prompts that are held.',
          unit: '{prompt}',
        }),
        (result) => result.observe(status().prompts),
      ],
      [
        meter.createObservableCounter(metricNames.repairs, {
          description: 'How often everything was asked for again because it did not add up.',
          unit: '{repair}',
        }),
        (result) => result.observe(status().repairs),
      ],
    ];
    for (const [instrument, observe] of observed) instrument.addCallback(observe);
    return observed;
  }
}
