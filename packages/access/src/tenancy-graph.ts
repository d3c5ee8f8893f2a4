/**
 * Organizations, teams, users and memberships as one graph in memory. Events arrive in any order: a child may come
 * before its parent or after its parent's end. So a node is created when it is first named, and whether it *counts* (it
 * and everything above it exists) is computed on each question and never stored.
 *
 * The graph is lean because it holds every member of every organization: nodes point at each other, ids are stored once, and
 * both ends of a membership know its index in their lists, so that removing one of 100,000 members is O(1).
 */
import type { OrganizationId, StateOf, TeamId, UserId } from '@px0/contracts';
import type { TeamRole } from './principal.ts';
import { microseconds } from './timestamp.ts';

export interface OrganizationNode {
  readonly id: OrganizationId;
  exists: boolean;
  readonly teams: TeamNode[];
}

export interface TeamNode {
  readonly id: TeamId;
  exists: boolean;
  isDefault: boolean;
  organization: OrganizationNode | undefined;
  readonly members: Membership[];
  /** Those of `members` whose role is admin: few, where members may be 100,000. */
  readonly admins: Membership[];
}

/** Ranges of revoked session numbers, both ends inclusive. */
type Ranges = StateOf<'user'>['sessions']['revoked'];

export interface UserNode {
  readonly id: UserId;
  exists: boolean;
  isVerified: boolean;
  isAdmin: boolean;
  /** Session numbers below it are dead. */
  sessionFloor: number;
  revokedSessions: Ranges;
  readonly memberships: Membership[];
}

export interface Membership {
  readonly user: UserNode;
  readonly team: TeamNode;
  role: TeamRole;
  /** When it began, in microseconds since the epoch. */
  since: number;
  placeInUser: number;
  placeInTeam: number;
}

const noRanges: Ranges = [];

export class TenancyGraph {
  readonly #organizations = new Map<string, OrganizationNode>();
  readonly #teams = new Map<string, TeamNode>();
  readonly #users = new Map<string, UserNode>();

  /** The organization if it exists. */
  organization(id: string): OrganizationNode | undefined {
    const node = this.#organizations.get(id);
    return node?.exists === true ? node : undefined;
  }

  /** The team if it and its organization exist. */
  team(id: string): TeamNode | undefined {
    const node = this.#teams.get(id);
    return node !== undefined && counts(node) ? node : undefined;
  }

  /** The organization that a team names, whether or not they exist. */
  organizationOf(teamId: string): OrganizationId | undefined {
    return this.#teams.get(teamId)?.organization?.id;
  }

  /** The user if the account exists. */
  user(id: string): UserNode | undefined {
    const node = this.#users.get(id);
    return node?.exists === true ? node : undefined;
  }

  /** The membership if its user, its team and the team's organization exist. */
  membership(userId: string, teamId: string): Membership | undefined {
    const user = this.user(userId);
    const team = this.team(teamId);
    return user === undefined || team === undefined ? undefined : between(user, team);
  }

  /** The organization's default team; its admins are the organization's admins. */
  defaultTeam(organizationId: string): TeamNode | undefined {
    return this.organization(organizationId)?.teams.find((team) => team.isDefault);
  }

  putOrganization(id: string): void {
    this.#organizationNode(id).exists = true;
  }

  removeOrganization(id: string): void {
    const node = this.#organizations.get(id);
    if (node === undefined) return;
    node.exists = false;
    this.#forgetOrganization(node);
  }

  putTeam(id: string, state: StateOf<'team'>): void {
    const node = this.#teamNode(id);
    node.exists = true;
    node.isDefault = state.is_default;
    const organization = this.#organizationNode(state.org_id);
    if (node.organization === organization) {
      if (node.isDefault) moveToFront(organization.teams, node);
      return;
    }
    this.#detach(node);
    node.organization = organization;
    organization.teams.push(node);
    if (node.isDefault) moveToFront(organization.teams, node);
  }

  removeTeam(id: string): void {
    const node = this.#teams.get(id);
    if (node === undefined) return;
    node.exists = false;
    this.#detach(node);
    this.#forgetTeam(node);
  }

  putUser(id: string, state: StateOf<'user'>): void {
    const node = this.#userNode(id);
    node.exists = true;
    node.isVerified = state.is_verified;
    node.isAdmin = state.is_admin;
    node.sessionFloor = state.sessions.floor;
    node.revokedSessions = state.sessions.revoked.length === 0 ? noRanges : state.sessions.revoked;
  }

  removeUser(id: string): void {
    const node = this.#users.get(id);
    if (node === undefined) return;
    node.exists = false;
    this.#forgetUser(node);
  }

  putMembership(state: StateOf<'membership'>): void {
    const user = this.#userNode(state.user_id);
    const team = this.#teamNode(state.team_id);
    const role = roleOf(state.role);
    const since = microseconds(state.created_at);
    const known = between(user, team);
    if (known !== undefined) {
      setRole(known, role);
      known.since = since;
      return;
    }
    const membership: Membership = {
      user,
      team,
      role: 'viewer',
      since,
      placeInUser: user.memberships.length,
      placeInTeam: team.members.length,
    };
    user.memberships.push(membership);
    team.members.push(membership);
    setRole(membership, role);
  }

  removeMembership(userId: string, teamId: string): void {
    const user = this.#users.get(userId);
    const team = this.#teams.get(teamId);
    const membership = user === undefined || team === undefined ? undefined : between(user, team);
    if (membership === undefined) return;
    setRole(membership, 'viewer');
    takeFromUser(membership);
    takeFromTeam(membership);
    this.#forgetUser(membership.user);
    this.#forgetTeam(membership.team);
  }

  clear(): void {
    this.#organizations.clear();
    this.#teams.clear();
    this.#users.clear();
  }

  #organizationNode(id: string): OrganizationNode {
    const known = this.#organizations.get(id);
    if (known !== undefined) return known;
    const node: OrganizationNode = { id, exists: false, teams: [] };
    this.#organizations.set(id, node);
    return node;
  }

  #teamNode(id: string): TeamNode {
    const known = this.#teams.get(id);
    if (known !== undefined) return known;
    const node: TeamNode = {
      id,
      exists: false,
      isDefault: false,
      organization: undefined,
      members: [],
      admins: [],
    };
    this.#teams.set(id, node);
    return node;
  }

  #userNode(id: string): UserNode {
    const known = this.#users.get(id);
    if (known !== undefined) return known;
    const node: UserNode = {
      id,
      exists: false,
      isVerified: false,
      isAdmin: false,
      sessionFloor: 0,
      revokedSessions: noRanges,
      memberships: [],
    };
    this.#users.set(id, node);
    return node;
  }

  #detach(team: TeamNode): void {
    const organization = team.organization;
    if (organization === undefined) return;
    team.organization = undefined;
    organization.teams.splice(organization.teams.indexOf(team), 1);
    this.#forgetOrganization(organization);
  }

  /** A node that does not exist is kept only while a child still names it. */
  #forgetOrganization(node: OrganizationNode): void {
    if (!node.exists && node.teams.length === 0) this.#organizations.delete(node.id);
  }

  #forgetTeam(node: TeamNode): void {
    if (!node.exists && node.members.length === 0) this.#teams.delete(node.id);
  }

  #forgetUser(node: UserNode): void {
    if (!node.exists && node.memberships.length === 0) this.#users.delete(node.id);
  }
}

/** Whether a team and its organization exist. */
export function counts(team: TeamNode): boolean {
  return team.exists && team.organization?.exists === true;
}

/** The membership of a user in a team, whatever exists; searched for on the side that has fewer. */
export function between(user: UserNode, team: TeamNode): Membership | undefined {
  if (user.memberships.length <= team.members.length) {
    for (const membership of user.memberships) if (membership.team === team) return membership;
    return undefined;
  }
  for (const membership of team.members) if (membership.user === user) return membership;
  return undefined;
}

function setRole(membership: Membership, role: TeamRole): void {
  const { admins } = membership.team;
  if (membership.role === 'admin' && role !== 'admin') admins.splice(admins.indexOf(membership), 1);
  if (membership.role !== 'admin' && role === 'admin') admins.push(membership);
  membership.role = role;
}

function takeFromUser(membership: Membership): void {
  const list = membership.user.memberships;
  const last = list.pop();
  if (last === undefined || last === membership) return;
  list[membership.placeInUser] = last;
  last.placeInUser = membership.placeInUser;
}

function takeFromTeam(membership: Membership): void {
  const list = membership.team.members;
  const last = list.pop();
  if (last === undefined || last === membership) return;
  list[membership.placeInTeam] = last;
  last.placeInTeam = membership.placeInTeam;
}

/** The default team stands first, so that finding it does not depend on how many teams an organization has. */
function moveToFront(teams: TeamNode[], team: TeamNode): void {
  const place = teams.indexOf(team);
  const first = teams[0];
  if (place <= 0 || first === undefined) return;
  teams[place] = first;
  teams[0] = team;
}

function roleOf(text: string): TeamRole {
  return text === 'admin' || text === 'editor' ? text : 'viewer';
}
