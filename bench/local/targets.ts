/** What the ratio of a render's median to the baseline's may be at most. */

/** Of a single render of the chat of 4 messages, in every language. */
export const P99_TARGET_US = 100;

export interface Target {
  readonly ratio?: number;
  readonly hasP99: boolean;
}

const SHORT_CHAT = 'chat, 4 messages';
/** A render by the SDK, with a promise and all that its result says. */
const WITH_RESULT = ', with result';
/** Beside the same render of which nobody is told. */
const TOLD: Readonly<Record<string, number>> = {
  [`${SHORT_CHAT}, counted`]: 1.3,
  [`${SHORT_CHAT}, counted, with OpenTelemetry`]: 2.5,
};

const RATIOS: Readonly<Record<string, (workload: string) => number | undefined>> = {
  // Handlebars does little in the others but join texts, as every engine has to.
  TypeScript: (workload) =>
    TOLD[workload] ?? (workload.endsWith(WITH_RESULT) ? 1 : workload.startsWith('chat') ? 0.1 : undefined),
  Python: (workload) => (workload.endsWith(', compile') ? 0.3 : workload.startsWith(SHORT_CHAT) ? 0.6 : 0.7),
  Go: (workload) => (workload.startsWith('chat') ? 0.25 : 0.6),
};

export function targetOf(language: string, workload: string): Target {
  const ratio = RATIOS[language]?.(workload);
  return {
    hasP99: [SHORT_CHAT, SHORT_CHAT + WITH_RESULT].includes(workload),
    ...(ratio !== undefined && { ratio }),
  };
}
