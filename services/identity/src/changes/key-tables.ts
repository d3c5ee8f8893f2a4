/**
 * Where API keys are: those with limits have tables and an entity of their own, which a process that knows no limits neither reads nor writes. This is the
 * one place that chooses.
 * See docs/decisions/208-narrow-keys.md.
 */
import type { StateOf } from '@px0/contracts';
import { type Sql, sql } from '@px0/owner';

export type KeyLimits = StateOf<'narrowKey'>['limits'];

export interface KeyTables {
  readonly entity: 'apiKey' | 'narrowKey';
  readonly keys: Sql;
  readonly teams: Sql;
  /** What `limits` is of a row of `keys` named `k`. */
  readonly limits: Sql;
}

export const wideKeys: KeyTables = {
  entity: 'apiKey',
  keys: sql`api_keys`,
  teams: sql`api_key_teams`,
  limits: sql`NULL::jsonb`,
};

export const narrowKeys: KeyTables = {
  entity: 'narrowKey',
  keys: sql`narrow_api_keys`,
  teams: sql`narrow_api_key_teams`,
  limits: sql`k.limits`,
};

export const allKeys = [wideKeys, narrowKeys] as const;

/** Where a key with these limits is. */
export function tablesOf(limits: KeyLimits | undefined): KeyTables {
  return limits === undefined ? wideKeys : narrowKeys;
}
