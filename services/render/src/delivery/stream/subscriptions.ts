/** Who listens, and to what: connections of one credential that asked for the same are judged together. */
import type { DeliveryPrincipal, Wanted } from '../request/admission.ts';
import type { Audience } from './audiences.ts';
import type { Connection, Seat } from './connection.ts';
import { addTo, removeFrom, shortKey } from './sets.ts';

export class Subscription implements Seat {
  readonly key: string;
  readonly authorization: string;
  readonly principal: DeliveryPrincipal;
  readonly wanted: Wanted;
  readonly connections = new Set<Connection>();
  audience: Audience<Connection>;
  keyEnd: string | null = null;
  /** Ends the connections with the credential. */
  expiry: NodeJS.Timeout | undefined;

  constructor(
    key: string,
    { authorization, principal, wanted }: Pick<Subscription, 'authorization' | 'principal' | 'wanted'>,
    audience: Audience<Connection>,
  ) {
    this.key = key;
    this.authorization = authorization;
    this.principal = principal;
    this.wanted = wanted;
    this.audience = audience;
  }

  /** Whose streams are counted together. */
  get caller(): string {
    return callerOf(this.principal);
  }

  /** Whose transfers take turns. */
  get owner(): string {
    return ownerOf(this.principal);
  }
}

export function subscriptionKey({
  authorization,
  wanted: { teamIds, slugs },
}: Pick<Subscription, 'authorization' | 'wanted'>): string {
  return shortKey(JSON.stringify([authorization, teamIds?.toSorted(), slugs && [...slugs].sort()]));
}

export function callerOf(principal: DeliveryPrincipal): string {
  return principal.kind === 'api-key' ? principal.keyId : principal.userId;
}

export function ownerOf(principal: DeliveryPrincipal): string {
  return principal.kind === 'api-key' ? principal.orgId : principal.userId;
}

/** Subscriptions, found by those whom an event names. */
export class Subscriptions {
  readonly #byKey = new Map<string, Subscription>();
  readonly #byCaller = new Map<string, Set<Subscription>>();
  readonly #byOrganization = new Map<string, Set<Subscription>>();
  readonly #sessions = new Set<Subscription>();

  get(key: string): Subscription | undefined {
    return this.#byKey.get(key);
  }

  all(): Iterable<Subscription> {
    return this.#byKey.values();
  }

  /** Of an API key, or of a user. */
  ofCaller(id: string): Iterable<Subscription> {
    return this.#byCaller.get(id) ?? [];
  }

  /** Of the organization's keys. */
  ofOrganization(id: string): Iterable<Subscription> {
    return this.#byOrganization.get(id) ?? [];
  }

  ofSessions(): Iterable<Subscription> {
    return this.#sessions;
  }

  add(subscription: Subscription): void {
    const { key, caller, principal } = subscription;
    this.#byKey.set(key, subscription);
    addTo(this.#byCaller, caller, subscription);
    if (principal.kind === 'session') this.#sessions.add(subscription);
    else addTo(this.#byOrganization, principal.orgId, subscription);
  }

  remove(subscription: Subscription): void {
    const { key, caller, principal } = subscription;
    this.#byKey.delete(key);
    removeFrom(this.#byCaller, caller, subscription);
    this.#sessions.delete(subscription);
    if (principal.kind === 'api-key') removeFrom(this.#byOrganization, principal.orgId, subscription);
  }
}
