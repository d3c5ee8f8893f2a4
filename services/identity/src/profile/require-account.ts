/** Refuses a caller whose account is gone. */
import { ApiError } from '@px0/service-kit';
import type { Account } from '../users/mod.ts';

/** @throws ApiError unauthorized when the account is gone */
export function requireAccount(account: Account | undefined): Account {
  if (account === undefined) throw new ApiError('unauthorized');
  return account;
}
