/** What a service that owns tables is made of. The public face of `@px0/owner`. */
export { endChain } from './audit/end-chain.ts';
export { Background, type BackgroundOptions, type Progress } from './background.ts';
export { Change } from './changes/change.ts';
export { Changes, type Publishing } from './changes/changes.ts';
export type { AuditFacts, ChangeRules, OwnedEntity } from './changes/rules.ts';
export { Database, onlyRow, type PrivateWriter, type Reader } from './database/database.ts';
export { empty, join, Sql, sql } from './database/sql.ts';
export { hasSqlState, isUniqueViolation } from './database/sql-state.ts';
export { finds, type Lookout, WATCHED_PAUSE_MS } from './lookout.ts';
export type { OutboxHooks, OwnerContext } from './outbox/outbox.ts';
export {
  encodeMark,
  encodeNumber,
  type Page,
  type PageMark,
  pageOf,
  parseLimit,
  parseMark,
  parseNumber,
  rowsToFetch,
} from './paging/cursor.ts';
export {
  DEFAULT_LIMIT,
  LARGEST_LIMIT,
  type NumberedPage,
  type PageRequest,
  pageRequest,
  positiveInteger,
  readPage,
} from './paging/numbered-page.ts';
export {
  type Features,
  type Foundation,
  type Loop,
  type OwnerConfig,
  type OwnerDefinition,
  type OwnerReplacements,
  type OwnerSaga,
  startOwner,
} from './start-owner.ts';
