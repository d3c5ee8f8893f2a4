/** An account, as stores return it and as clients see it. */
import type { StateOf, UserId, Wire } from '@px0/contracts';
import { wireTime } from '../wire-time.ts';
import type { SessionLedger } from './session-ledger.ts';

/** Where tenancy puts a new user. */
export type Placement = StateOf<'user'>['placement'];

export interface User {
  readonly id: UserId;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly isVerified: boolean;
  readonly createdAt: Date;
}

/** An account with its secrets. The password's hash is in it, so it is never handed to a route. */
export interface Account extends User {
  readonly passwordHash: string;
  readonly ledger: SessionLedger;
}

export function userOnWire({ id, email, isAdmin, isVerified, createdAt }: User): Wire<'User'> {
  return { id, email, is_admin: isAdmin, is_verified: isVerified, created_at: wireTime(createdAt) };
}
