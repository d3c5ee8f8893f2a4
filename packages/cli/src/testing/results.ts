/** What tests of prompts found: payloads are the cases, their assertions what is expected. */

/** An assertion and what was found, as px0 says it. */
export interface AssertionResult {
  readonly type: string;
  readonly ok: boolean;
  readonly severity: string;
  readonly message: string | null;
}

/** What a check says of one payload, whichever operation made it. */
export interface CheckedPayload {
  readonly payloadId: string | null;
  readonly name: string | null;
  readonly version: {
    readonly outcome: string;
    readonly rendered: string | null;
    readonly error: string | null;
  };
  readonly assertions?: readonly AssertionResult[];
}

export interface Case {
  readonly name: string;
  readonly payload: CheckedPayload;
  /** Why it fails. */
  readonly failures: readonly string[];
  /** What fails without failing the case. */
  readonly warnings: readonly string[];
}

/** The tests of one prompt. */
export interface Suite {
  readonly slug: string;
  readonly cases: readonly Case[];
  /** What is wrong with the prompt as a whole. */
  readonly errors: readonly string[];
}

export function suiteOf(slug: string, payloads: readonly CheckedPayload[]): Suite {
  return { slug, errors: [], cases: payloads.map(caseOf) };
}

function caseOf(payload: CheckedPayload, index: number): Case {
  const { name, version, assertions = [] } = payload;
  const failing = assertions.filter(({ ok }) => !ok);
  const words = (wanted: (severity: string) => boolean) =>
    failing
      .filter(({ severity }) => wanted(severity))
      .map(({ type, message }) => message ?? `${type} does not hold`);
  // A payload that is expected to fail has its assertion of type `fails` judged, and no other.
  const isUnexpected = version.outcome === 'failed' && assertions.length === 0;
  return {
    name: name ?? `payload ${index + 1}`,
    payload,
    failures: [
      ...(isUnexpected ? [version.error ?? 'does not render'] : []),
      ...words((severity) => severity !== 'warning'),
    ],
    warnings: words((severity) => severity === 'warning'),
  };
}

/** A prompt that cannot be tested. */
export function brokenSuite(slug: string): Suite {
  return { slug, cases: [], errors: [] };
}

export function isFailed({ cases, errors }: Suite): boolean {
  return errors.length > 0 || cases.some(({ failures }) => failures.length > 0);
}

export interface Totals {
  readonly prompts: number;
  readonly payloads: number;
  readonly failed: number;
  readonly warnings: number;
}

/** A prompt that cannot be tested counts as one failure. */
export function totalsOf(suites: readonly Suite[]): Totals {
  const cases = suites.flatMap((suite) => suite.cases);
  return {
    prompts: suites.length,
    payloads: cases.length,
    failed:
      cases.filter(({ failures }) => failures.length > 0).length +
      suites.filter(({ errors }) => errors.length > 0).length,
    warnings: cases.reduce((sum, { warnings }) => sum + warnings.length, 0),
  };
}
