/** Refusals of a render as values: a batch reports them item by item, a single render throws them. */
import type { ErrorCode, Hint } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { Warned } from './rendered-json.ts';

/** Why a render failed: an error of the catalog, with the detail to append to its message, if any, what its variables violate, as the text of `Px0-Contract`, and what may help. */
export class Refusal {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly contract: string | undefined;
  readonly hint: Hint | undefined;

  constructor(code: ErrorCode, detail?: string, contract?: string, hint?: Hint) {
    this.code = code;
    this.detail = detail;
    this.contract = contract;
    this.hint = hint;
  }
}

/** What a render's variables violate, and what came of that. */
interface Violated {
  /** The text of `Px0-Contract`. */
  readonly contract: string;
  readonly outcome: 'violation' | 'warning';
}

/** Undefined where they violate nothing, or were not judged. */
export function violatedBy(outcome: unknown): Violated | undefined {
  if (outcome instanceof Warned) return { contract: outcome.contract, outcome: 'warning' };
  if (!(outcome instanceof Refusal) || outcome.contract === undefined) return undefined;
  const { code, contract } = outcome;
  return { contract, outcome: code === 'invalidVariables' ? 'violation' : 'warning' };
}

/** The refusal as the error that the HTTP server maps to a reply. */
export function errorOf({ code, detail, hint: own }: Refusal, hint: Hint | undefined = own): ApiError {
  return new ApiError(code, { ...(detail !== undefined && { detail }), hint });
}
