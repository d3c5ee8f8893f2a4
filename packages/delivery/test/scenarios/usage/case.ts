/** The form of a case of `vectors/usage.json` and of `vectors/services.json`; `vectors/README.md` says what a client does with them. */

export interface UsageCase {
  readonly id: string;
  /** The rule that it shows. */
  readonly about: string;
  readonly options: UsageOptions;
  readonly steps: readonly UsageStep[];
}

export interface UsageOptions {
  readonly usage: 'full' | 'counts' | 'off';
  readonly service: Service;
}

export interface Service {
  readonly name: string;
  readonly version: string;
}

/** One render, or one for each number from `from` to `to`, which stands for `{n}` in its texts, with five digits. */
export interface CountedRender {
  readonly prompt_id: string | null;
  readonly slug: string;
  readonly version: number | null;
  readonly source: string;
  /** Whether the template failed with these variables. */
  readonly failed?: true;
  readonly duration_ms: number;
  /** The names at the top level of the variables. */
  readonly variables: Texts;
}

export type Range = { readonly from: number; readonly to: number };
/** A text for each number of a range, or the text itself. */
export type Texts = readonly (string | ({ readonly text: string } & Range))[];

export interface ExpectedRow {
  readonly prompt_id: string | null;
  readonly slug: string;
  readonly version: number | null;
  readonly source: string;
  readonly renders: number;
  readonly failures: number;
  readonly latencies: readonly number[];
  readonly variables: Texts;
}

export interface ExpectedReport {
  readonly window: number;
  readonly started_at: string;
  readonly ended_at: string;
  readonly service: Service;
  /** In this order. */
  readonly rows: readonly (ExpectedRow | ({ readonly row: ExpectedRow } & Range))[];
}

export type UsageStep = { readonly at: number } & (
  | ({ readonly render: CountedRender; readonly times?: number } & Partial<Range>)
  | {
      readonly request:
        | { readonly reports: readonly ExpectedReport[] }
        | { readonly windows: readonly number[] };
      readonly answer: { readonly status: number } | 'unreachable' | 'never';
    }
  /** How many warnings there were since the last such step. */
  | { readonly warning: number }
  | { readonly close: true }
  /** Whether a `close` has ended. */
  | { readonly closed: boolean }
);

/** Where the name of a service comes from. */
export interface ServiceCase {
  readonly id: string;
  /** `serviceName`; null: not given. */
  readonly option: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly service: Service;
}
