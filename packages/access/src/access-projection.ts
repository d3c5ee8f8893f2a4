/**
 * The access projection: what every service knows about users, teams, organizations, API keys and signing keys, kept
 * from the event stream. It answers from memory who is calling and what they may do.
 *
 * It relies on its caller, the event bus, to apply an entity only at a higher revision than the one before.
 */
import type { KeyObject } from 'node:crypto';
import type {
  ApiKeyId,
  EntityName,
  OrganizationId,
  StateEvent,
  StateOf,
  TeamId,
  UserId,
} from '@px0/contracts';
import { apiKeyPrefix, hashApiKey, looksLikeApiKey } from './api-key.ts';
import { AwaitedPlacements } from './awaited-placements.ts';
import { LimitDecisions } from './key-limits.ts';
import { type KeyEntry, KeyRegistry } from './key-registry.ts';
import type { ApiKeyPrincipal, Authentication, Principal, SessionPrincipal, TeamRole } from './principal.ts';
import {
  importVerificationKey,
  type SessionClaims,
  sessionTokenPrefix,
  verifySession,
} from './session-token.ts';
import { counts, type Membership, TenancyGraph, type UserNode } from './tenancy-graph.ts';
import { TokenCache } from './token-cache.ts';

const wanted = {
  user: true,
  apiKey: true,
  narrowKey: true,
  signingKey: true,
  organization: true,
  team: true,
  membership: true,
} as const satisfies { readonly [N in EntityName]?: true };

const anonymous: Authentication = { outcome: 'anonymous' };
const invalid: Authentication = { outcome: 'invalid' };

/** Case-sensitive and with one space, as the contract says. */
const scheme = 'Bearer ';

/** A credential that was found good once, and what it amounted to when it was last judged. */
interface Credential {
  readonly claims: SessionClaims | undefined;
  readonly keyHash: string | undefined;
  authentication: Authentication;
  /** The projection's change count at which `authentication` was computed. */
  judgedAt: number;
  /** Milliseconds since the epoch after which `authentication` no longer holds. */
  expiresAt: number;
}

export interface AccessProjectionOptions {
  /** How many credentials are remembered; each takes about 1 KiB. */
  readonly cacheSize?: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Whether a token may be a key, and so is worth a hash; default: it has the form of one. */
  readonly isKey?: (token: string) => boolean;
}

/**
 * What an event may have changed for callers, by the ids of those concerned. An organization stands for the keys of the whole organization and for its
 * teams; a team for the keys that list it and for its members.
 */
export interface AccessChange {
  readonly keyId?: string;
  readonly userId?: string;
  readonly teamId?: string;
  readonly orgIds?: readonly string[];
  /** Any session: a signing key came or went. */
  readonly everySession?: true;
}

export interface TeamFacts {
  readonly id: TeamId;
  readonly orgId: OrganizationId;
  readonly isDefault: boolean;
}

export class AccessProjection {
  readonly #graph = new TenancyGraph();
  readonly #keys = new KeyRegistry();
  readonly #decisions = new LimitDecisions();
  readonly #signingKeys = new Map<string, KeyObject>();
  readonly #credentials: TokenCache<Credential>;
  readonly #now: () => number;
  readonly #isKey: (token: string) => boolean;
  readonly #placements: AwaitedPlacements;
  /** Rises with every event: a judgement made at the same count still holds, save for the clock. */
  #changes = 0;
  #listener: (change: AccessChange) => void = () => undefined;

  constructor(options: AccessProjectionOptions = {}) {
    this.#credentials = new TokenCache(options.cacheSize ?? 20_000);
    this.#now = options.now ?? Date.now;
    this.#isKey = options.isKey ?? looksLikeApiKey;
    this.#placements = new AwaitedPlacements(this.#now);
  }

  // --- The projection view -------------------------------------------------------------------------------------

  wants(name: EntityName): boolean {
    return Object.hasOwn(wanted, name);
  }

  /** Takes in an event. The caller applies each entity only at rising revisions. */
  apply(event: StateEvent): void {
    if (event.deleted) {
      this.drop(event.name, event.id);
      return;
    }
    this.#changes += 1;
    const orgBefore = event.name === 'team' ? this.#graph.organizationOf(event.id) : undefined;
    switch (event.name) {
      case 'user':
        this.#graph.putUser(event.id, event.state);
        this.#placements.noteUser(event.id, event.state);
        break;
      case 'organization':
        this.#graph.putOrganization(event.id);
        break;
      case 'team':
        this.#graph.putTeam(event.id, event.state);
        break;
      case 'membership':
        this.#graph.putMembership(event.state);
        this.#placements.noteMembership(event.state.user_id, event.state.team_id);
        break;
      case 'apiKey':
        this.#keys.put(event.id, event.state);
        break;
      case 'narrowKey':
        this.#keys.putNarrow(event.id, event.state, this.#decisions);
        break;
      case 'signingKey':
        this.#putSigningKey(event.id, event.state);
        break;
    }
    this.#tell(event.name, event.id, orgBefore);
  }

  /** Forgets an entity: its tombstone arrived, or a new epoch has not shown it. */
  drop(name: EntityName, id: string): void {
    this.#changes += 1;
    const orgBefore = name === 'team' ? this.#graph.organizationOf(id) : undefined;
    switch (name) {
      case 'user':
        this.#graph.removeUser(id);
        break;
      case 'organization':
        this.#graph.removeOrganization(id);
        break;
      case 'team':
        this.#graph.removeTeam(id);
        break;
      case 'membership': {
        const dot = id.indexOf('.');
        const [teamId, userId] = [id.slice(0, dot), id.slice(dot + 1)];
        this.#graph.removeMembership(userId, teamId);
        this.#placements.noteMembership(userId, teamId);
        break;
      }
      case 'apiKey':
      case 'narrowKey':
        this.#keys.remove(id);
        break;
      case 'signingKey':
        this.#putSigningKey(id, undefined);
        break;
    }
    this.#tell(name, id, orgBefore);
  }

  /**
   * Calls back after each event with those whom it concerns. For who follows the rights of callers over time; a request asks anew instead. There is one
   * listener.
   */
  onChange(listener: (change: AccessChange) => void): void {
    this.#listener = listener;
  }

  #tell(name: EntityName, id: string, orgBefore: string | undefined): void {
    switch (name) {
      case 'user':
        this.#listener({ userId: id });
        break;
      case 'organization':
        this.#listener({ orgIds: [id] });
        break;
      case 'team': {
        const orgIds = [orgBefore, this.#graph.organizationOf(id)].filter((org) => org !== undefined);
        this.#listener({ teamId: id, orgIds });
        break;
      }
      case 'membership':
        this.#listener({ userId: id.slice(id.indexOf('.') + 1) });
        break;
      case 'apiKey':
      case 'narrowKey':
        this.#listener({ keyId: id });
        break;
      case 'signingKey':
        this.#listener({ everySession: true });
        break;
    }
  }

  /** Forgets everything. */
  reset(): void {
    this.#changes += 1;
    this.#graph.clear();
    this.#keys.clear();
    this.#signingKeys.clear();
    this.#credentials.clear();
    this.#decisions.clear();
    this.#placements.clear();
  }

  // --- Who is calling --------------------------------------------------------------------------------------------

  /**
   * What an Authorization header amounts to now. A missing or empty header is anonymous; a header that names no living
   * session or key is invalid. An unverified user's session is a principal: refusing it is `authorizeClass`'s part.
   */
  authenticate(authorizationHeader: string | undefined): Authentication {
    if (authorizationHeader === undefined || authorizationHeader === '') return anonymous;
    const known = this.#credentials.get(authorizationHeader);
    if (known !== undefined) return this.#judge(authorizationHeader, known);
    if (!authorizationHeader.startsWith(scheme)) return invalid;
    return this.#meet(authorizationHeader, authorizationHeader.slice(scheme.length));
  }

  /** When a good credential ends by itself, in milliseconds since the epoch; infinite for a key without an end, and 0 for what is no good credential. */
  credentialEnd(authorizationHeader: string): number {
    if (this.authenticate(authorizationHeader).outcome !== 'principal') return 0;
    return this.#credentials.get(authorizationHeader)?.expiresAt ?? 0;
  }

  /**
   * What is wrong with a header that makes nobody, as the hint `credentials` has it. Whoever has a whole key may know that it has expired; of a session
   * nothing is told apart.
   */
  credentialFault(header: string | undefined): string {
    if (header === undefined || header === '') return 'missing';
    if (!header.startsWith(scheme)) return 'scheme';
    const token = header.slice(scheme.length);
    if (token.startsWith(sessionTokenPrefix)) return 'ended-session';
    if (!this.#isKey(token)) return token.startsWith(apiKeyPrefix) ? 'incomplete-key' : 'form';
    const key = this.#keys.byHash(hashApiKey(token));
    return key !== undefined && this.#now() >= key.expiresAt ? 'expired-key' : 'unknown-key';
  }

  /** The session of a bare token, for logout, which takes one without the scheme, too. */
  session(token: string): SessionPrincipal | undefined {
    const claims = verifySession(token, this.#verificationKey, this.#now());
    return claims === undefined ? undefined : this.#sessionPrincipal(claims);
  }

  /** A credential that the cache does not know. Only good ones are remembered, so that bad ones cannot flush it. */
  #meet(header: string, token: string): Authentication {
    const credential = this.#credentialOf(token);
    if (credential === undefined) return invalid;
    const authentication = this.#judge(header, credential);
    if (authentication.outcome === 'principal') this.#credentials.set(header, credential);
    return authentication;
  }

  #credentialOf(token: string): Credential | undefined {
    const blank = { authentication: invalid, judgedAt: -1, expiresAt: 0 };
    if (this.#isKey(token)) return { ...blank, claims: undefined, keyHash: hashApiKey(token) };
    if (!token.startsWith(sessionTokenPrefix)) return undefined;
    const claims = verifySession(token, this.#verificationKey, this.#now());
    return claims === undefined ? undefined : { ...blank, claims, keyHash: undefined };
  }

  readonly #verificationKey = (kid: string): KeyObject | undefined => this.#signingKeys.get(kid);

  #judge(header: string, credential: Credential): Authentication {
    const now = this.#now();
    if (credential.judgedAt === this.#changes && now < credential.expiresAt) return credential.authentication;
    this.#rejudge(credential, now);
    if (credential.authentication === invalid) this.#credentials.delete(header);
    return credential.authentication;
  }

  #rejudge(credential: Credential, now: number): void {
    const { claims, keyHash } = credential;
    const key = keyHash === undefined ? undefined : this.#keys.byHash(keyHash);
    credential.expiresAt = claims === undefined ? (key?.expiresAt ?? 0) : claims.expiresAt * 1_000;
    const principal =
      now >= credential.expiresAt
        ? undefined
        : claims === undefined
          ? this.#keyPrincipal(key)
          : this.#sessionPrincipal(claims);
    credential.authentication = principal === undefined ? invalid : { outcome: 'principal', principal };
    credential.judgedAt = this.#changes;
  }

  #sessionPrincipal(claims: SessionClaims): SessionPrincipal | undefined {
    const user = this.#graph.user(claims.userId);
    if (user === undefined || isRevoked(user, claims.sessionNumber)) return undefined;
    return {
      kind: 'session',
      userId: user.id,
      sessionNumber: claims.sessionNumber,
      isAdmin: user.isAdmin,
      isVerified: user.isVerified,
      tokenId: claims.tokenId,
    };
  }

  #keyPrincipal(key: KeyEntry | undefined): ApiKeyPrincipal | undefined {
    if (key === undefined || this.#graph.organization(key.orgId) === undefined) return undefined;
    const teamIds = key.teamIds?.filter((id) => this.#graph.team(id)?.organization?.id === key.orgId);
    // A key whose last team is gone is dead: an empty list must never come to mean the whole organization.
    if (teamIds?.length === 0) return undefined;
    const actingUserId = key.operation === 'read_render' ? undefined : this.actingUser(key.orgId);
    return {
      kind: 'api-key',
      keyId: key.id,
      orgId: key.orgId,
      scope: teamIds === undefined ? { kind: 'organization' } : { kind: 'teams', teamIds },
      operation: key.operation,
      ...(actingUserId === undefined ? {} : { actingUserId }),
      ...(key.limits === undefined ? {} : { limits: key.limits }),
      ...(key.createdBy === undefined ? {} : { createdBy: key.createdBy }),
    };
  }

  /** A key verifies from when it is known until its tombstone, whatever it may sign. */
  #putSigningKey(kid: string, state: StateOf<'signingKey'> | undefined): void {
    const key = state === undefined ? undefined : importVerificationKey(state.public_jwk);
    // A key that is no P-256 key verifies nothing; it must not stop the projection either.
    if (key === undefined) this.#signingKeys.delete(kid);
    else this.#signingKeys.set(kid, key);
    // Remembered tokens may have been verified by a key that is gone now; there are few such events.
    this.#credentials.clear();
  }

  // --- What the caller may read: the access set R ------------------------------------------------------------------

  /**
   * Whether the team is in R: a user's own teams in any role, a key's scope. The render path asks here, because gathering the role matrix's
   * facts would cost it more; a property test compares the two. Every other path asks the matrix (require-allowed.ts).
   */
  reads(principal: Principal, teamId: string): boolean {
    if (principal.kind === 'session') return this.roleIn(principal.userId, teamId) !== undefined;
    return principal.kind === 'api-key' && this.#inScope(principal, teamId);
  }

  /** The teams in R, in no particular order. No generator: every render asks, and it is the larger part of the answer. */
  readableTeams(principal: Principal): TeamId[] {
    if (principal.kind === 'session')
      return Array.from(this.#memberships(principal.userId), ({ team }) => team.id);
    if (principal.kind !== 'api-key') return [];
    const { scope } = principal;
    if (scope.kind === 'teams') return scope.teamIds.filter((teamId) => this.#inScope(principal, teamId));
    const teamIds: TeamId[] = [];
    for (const team of this.#graph.organization(principal.orgId)?.teams ?? [])
      if (counts(team)) teamIds.push(team.id);
    return teamIds;
  }

  #inScope(principal: ApiKeyPrincipal, teamId: string): boolean {
    const team = this.#graph.team(teamId);
    if (team?.organization?.id !== principal.orgId) return false;
    return principal.scope.kind === 'organization' || principal.scope.teamIds.includes(teamId);
  }

  /**
   * Whether the caller was registered into a living team a moment ago and tenancy has not placed them there as far as this projection knows. What
   * is decided about them now may be wrong in the next moment.
   */
  awaitsPlacement(principal: Principal): boolean {
    if (principal.kind !== 'session') return false;
    const teamId = this.#placements.teamAwaitedBy(principal.userId);
    return (
      teamId !== undefined &&
      this.team(teamId) !== undefined &&
      this.roleIn(principal.userId, teamId) === undefined
    );
  }

  /** The same of the caller of an Authorization header, whatever it amounts to. */
  readonly callerAwaitsPlacement = (authorization: string | undefined): boolean => {
    // Checked first, so that hardly any request is authenticated twice.
    if (this.#placements.isEmpty) return false;
    const authentication = this.authenticate(authorization);
    return authentication.outcome === 'principal' && this.awaitsPlacement(authentication.principal);
  };

  // --- Facts ---------------------------------------------------------------------------------------------------

  /** The user's role in a team; undefined for one who is not a member. */
  roleIn(userId: string, teamId: string): TeamRole | undefined {
    return this.#graph.membership(userId, teamId)?.role;
  }

  /** Whether the user is an admin of the organization's default team. */
  isOrgAdmin(userId: string, orgId: string): boolean {
    const team = this.#graph.defaultTeam(orgId);
    return team !== undefined && this.roleIn(userId, team.id) === 'admin';
  }

  /** Whether the user has a team in the organization. */
  isOrgMember(userId: string, orgId: string): boolean {
    for (const { team } of this.#memberships(userId)) if (team.organization?.id === orgId) return true;
    return false;
  }

  /**
   * The user for whom keys of the organization act: of the verified admins of its default team the one whose membership
   * began first, then the one with the lowest id.
   */
  actingUser(orgId: string): UserId | undefined {
    let first: Membership | undefined;
    for (const membership of this.#graph.defaultTeam(orgId)?.admins ?? []) {
      const { user } = membership;
      if (user.exists && user.isVerified && (first === undefined || precedes(membership, first)))
        first = membership;
    }
    return first?.user.id;
  }

  /**
   * Whether the user's going would leave a default team with members but without an admin. The reason for which an
   * account is not deleted.
   */
  isLastDefaultTeamAdmin(userId: string): boolean {
    for (const { role, team } of this.#memberships(userId)) {
      if (role !== 'admin' || !team.isDefault) continue;
      const isOther = ({ user }: Membership) => user.exists && user.id !== userId;
      if (!team.admins.some(isOther) && team.members.some(isOther)) return true;
    }
    return false;
  }

  /** A team that exists, with its organization. */
  team(id: string): TeamFacts | undefined {
    const node = this.#graph.team(id);
    if (node?.organization === undefined) return undefined;
    return { id: node.id, orgId: node.organization.id, isDefault: node.isDefault };
  }

  /** An organization that exists. */
  organization(id: string): { readonly id: OrganizationId } | undefined {
    const node = this.#graph.organization(id);
    return node === undefined ? undefined : { id: node.id };
  }

  /** The default team of an organization. */
  defaultTeam(orgId: string): TeamId | undefined {
    return this.#graph.defaultTeam(orgId)?.id;
  }

  /** The teams of an organization that exists, in no particular order. */
  *teamsOf(orgId: string): Generator<TeamId> {
    for (const team of this.#graph.organization(orgId)?.teams ?? []) yield team.id;
  }

  /** The ids of a team's members who have an account, in no particular order. */
  *membersOf(teamId: string): Generator<UserId> {
    for (const { user } of this.#graph.team(teamId)?.members ?? []) if (user.exists) yield user.id;
  }

  /** An API key that exists, expired or not, and the user who made it: undefined while its event does not say. */
  key(id: string): { readonly id: ApiKeyId; readonly createdBy: UserId | undefined } | undefined {
    const key = this.#keys.byId(id);
    return key === undefined ? undefined : { id: key.id, createdBy: key.createdBy };
  }

  /** The facts of an account. */
  user(
    id: string,
  ): { readonly id: UserId; readonly isVerified: boolean; readonly isAdmin: boolean } | undefined {
    const node = this.#graph.user(id);
    return node === undefined
      ? undefined
      : { id: node.id, isVerified: node.isVerified, isAdmin: node.isAdmin };
  }

  *#memberships(userId: string): Generator<Membership> {
    for (const membership of this.#graph.user(userId)?.memberships ?? []) {
      if (counts(membership.team)) yield membership;
    }
  }
}

function precedes(left: Membership, right: Membership): boolean {
  return left.since === right.since ? left.user.id < right.user.id : left.since < right.since;
}

function isRevoked(user: UserNode, sessionNumber: number): boolean {
  if (sessionNumber < user.sessionFloor) return true;
  return user.revokedSessions.some(([from, to]) => sessionNumber >= from && sessionNumber <= to);
}
