/** An account, as stores return it, as clients see it, and as its event tells it to the other services. */
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

/** The whole row. The password's hash is in it, so it is never handed to a route. */
export interface Account extends User {
  readonly passwordHash: string;
  readonly placement: Placement;
  readonly ledger: SessionLedger;
}

export function userOnWire({ id, email, isAdmin, isVerified, createdAt }: User): Wire<'User'> {
  return { id, email, is_admin: isAdmin, is_verified: isVerified, created_at: wireTime(createdAt) };
}

export function userState({
  email,
  isAdmin,
  isVerified,
  createdAt,
  placement,
  ledger,
}: Account): StateOf<'user'> {
  return {
    email,
    is_verified: isVerified,
    is_admin: isAdmin,
    created_at: wireTime(createdAt),
    placement,
    sessions: {
      floor: ledger.floor,
      revoked: ledger.revoked.map(([from, to]): [number, number] => [from, to]),
    },
  };
}
