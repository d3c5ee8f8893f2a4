/** Refusals of a render as values: a batch reports them item by item, a single render throws them. */
import type { ErrorCode } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';

/** Why a render failed: an error of the catalog, with the detail to append to its message, if any. */
export class Refusal {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, detail?: string) {
    this.code = code;
    this.detail = detail;
  }
}

/** The refusal as the error that the HTTP server maps to a reply. */
export function errorOf(refusal: Refusal): ApiError {
  return new ApiError(refusal.code, refusal.detail === undefined ? {} : { detail: refusal.detail });
}
