/** What a service declares about the state that it owns, once: its entities, where their rows are, and how its audit is written. */
import type { Principal } from '@px0/access';
import type { EntityName, OrganizationId, StateOf, TeamId } from '@px0/contracts';
import type { Reader } from '../database/database.ts';
import type { Sql } from '../database/sql.ts';

/** An entity that the service owns. */
export interface OwnedEntity<Name extends EntityName> {
  /** The tables whose rows make up its public state. Only a change's `write` may alter them. */
  readonly tables: readonly string[];
  /**
   * Columns of these tables, as `table.column`, that the public state does not show. `writePrivate` may set one of them by an `UPDATE` that
   * sets nothing else: for values that change so often that reading each entity back would cost too much.
   */
  readonly unpublishedColumns?: readonly string[];
  /**
   * The public state of each of the entities that exists, by id, from the rows as the change has left them. It does not see what a concurrent
   * change has not committed yet, so where several rows make up an entity, every change of it must have locked or written the same one.
   */
  readonly read: (rows: Reader, ids: readonly string[]) => Promise<ReadonlyMap<string, StateOf<Name>>>;
}

export interface ChangeRules<Name extends EntityName, Actor, Note> {
  readonly entities: { readonly [N in Name]: OwnedEntity<N> };
  /** Who a caller is, as author of a change. @throws ApiError for one that may change nothing */
  readonly actorOf: (principal: Principal) => Actor;
  /** The statement that writes audit entries: what `actor` did. */
  readonly auditStatement: (actor: Actor, notes: readonly Note[], facts: AuditFacts) => Sql;
  /** The note of what happened to an organization's audit itself. */
  readonly chainNote: (note: ChainNote) => Note;
}

/** What audit entries hold and no note says. */
export interface AuditFacts {
  /** What the client said it is; undefined when it did not, and for what px0 does by itself. */
  readonly via: string | undefined;
  /** As far as this process knows. */
  readonly organizationOf: (teamId: TeamId) => OrganizationId | undefined;
}

export interface ChainNote {
  readonly action: 'audit.text_erased' | 'audit.pruned' | 'organization.deleted';
  readonly orgId: OrganizationId;
  /** Ids and numbers, as texts. */
  readonly details: Readonly<Record<string, string>>;
}

/** The tables whose rows make up entities. */
export function entityTables<Name extends EntityName>(
  rules: Pick<ChangeRules<Name, never, never>, 'entities'>,
): string[] {
  return entitiesOf(rules).flatMap(({ tables }) => tables);
}

/** The columns of these tables that no entity shows, as `table.column`. */
export function unpublishedColumns<Name extends EntityName>(
  rules: Pick<ChangeRules<Name, never, never>, 'entities'>,
): string[] {
  return entitiesOf(rules).flatMap((entity) => entity.unpublishedColumns ?? []);
}

function entitiesOf<Name extends EntityName>(
  rules: Pick<ChangeRules<Name, never, never>, 'entities'>,
): readonly Pick<OwnedEntity<Name>, 'tables' | 'unpublishedColumns'>[] {
  return Object.values(rules.entities);
}
