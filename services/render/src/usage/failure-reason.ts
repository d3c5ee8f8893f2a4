/**
 * Why renders fail, as texts that can be counted and kept: what the API answers, without anything that may come from the values of variables.
 * See docs/decisions/215-why-renders-fail.md. The template's own text, the names of variables and the types of values stay. Names without an end, such as the places in a list, become one.
 */
import { type ErrorCode, errorCatalog, usageLimits } from '@px0/contracts';
import { printable } from './printable.ts';

/** The reason of a render that was ended in a worker thread. */
export const TOOK_TOO_LONG = 'render took too long';

const CUT = '…';

/** What the engine says of a run, where no value is in it. Of all else, only the beginning is kept. */
const withoutValues: readonly RegExp[] = [
  /^map has no entry for key "(?:[^"\\]|\\.)*"$/,
  /^exceeded maximum [a-z ]+\(\d+(?: bytes)?\)$/,
  /^nil pointer evaluating interface \{\}\.[\p{L}\p{N}_]+$/u,
  /^can't evaluate field [\p{L}\p{N}_]+ in type [\w.*{}[\] ]+$/u,
  /^wrong type for value; expected [\w.*{}[\] ]+; got [\w.*{}[\] ]+$/,
  /^invalid value; expected [\w.*{}[\] ]+$/,
  /^undefined variable: \$[\p{L}\p{N}_]*$/u,
];
const beginnings: readonly RegExp[] = [/^error calling \w+:/, /^range can't (?:iterate over|use)/];

export interface Failed {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
}

/** The reason of a refused render, in at most so many characters as one may have. */
export function failureReason({ code, detail }: Failed): string {
  const { message } = errorCatalog[code];
  return printable(reasonOf(code, message, detail), usageLimits.reason);
}

function reasonOf(code: ErrorCode, message: string, detail: string | undefined): string {
  if (detail === undefined) return message;
  if (code === 'templateExecutionFailed') return executionReason(detail);
  // Names of variables and what the schema wants of them, but no values.
  if (code === 'invalidVariables') return `${message}: ${detail.replaceAll(/\[\d+\]/g, '[]')}`;
  return message;
}

/** More of an error than any reason has. */
const MOST_READ = 2_000;

/** `template: prompt:2:5: executing "prompt" at <.x>: map has no entry for key "x"`: the text up to `>: ` is that of the template. */
function executionReason(detail: string): string {
  const text = detail.slice(0, MOST_READ);
  const place = text.indexOf(' at <');
  const end = place === -1 ? -1 : text.indexOf('>: ', place);
  if (end === -1) return errorCatalog.templateExecutionFailed.message;
  const [head, said] = [text.slice(0, end + 3), text.slice(end + 3)];
  if (withoutValues.some((pattern) => pattern.test(said))) return head + said;
  const beginning = beginnings.map((pattern) => pattern.exec(said)?.[0]).find((found) => found !== undefined);
  return `${head}${beginning === undefined ? CUT : `${beginning} ${CUT}`}`;
}
