// The data that the build takes from the contracts; see `vite.config.ts`.
declare module 'virtual:px0-contract' {
  import type { Action } from '@px0/access';
  import type { ErrorCode, HttpMethod, OperationId } from '@px0/contracts';

  /** Method and path of each operation. */
  export const routeTable: Readonly<Record<OperationId, readonly [HttpMethod, string]>>;
  /** The text of each error, or its beginning if a detail follows. */
  export const errorMessages: readonly (readonly [ErrorCode, string])[];
  /** Which standings allow an action: bit n for the nth of `everyStanding`. */
  export const roleTable: Readonly<Record<Action, number>>;
}
