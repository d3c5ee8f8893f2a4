/** A small installation for tests: builders of events, and an access projection that has applied them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type EntityName, type StateEvent, type StateOf, stateSubject } from '@px0/contracts';
import { AccessProjection, hashApiKey, newApiKey, signSession } from '../src/mod.ts';

const time = '2026-01-01T00:00:00Z';

/** A UUID that a test can read: the number stands at its end. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** The event of an entity's state, or its tombstone when the state is undefined. */
export function event<N extends EntityName>(name: N, id: string, state: StateOf<N> | undefined): StateEvent {
  const stamp = { name, id, subject: stateSubject(name, id), revision: 1, time };
  // Which name has which state is checked by this function's own signature.
  return { ...stamp, deleted: state === undefined, state } as StateEvent;
}

export function userState(changes: Partial<StateOf<'user'>> = {}): StateOf<'user'> {
  return {
    email: 'a@example.com',
    is_verified: true,
    is_admin: false,
    created_at: time,
    placement: { kind: 'default-organization' },
    sessions: { floor: 0, revoked: [] },
    ...changes,
  };
}

export interface SigningPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function signingPair(kid: string): SigningPair {
  return { kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

export function signingKeyState(pair: SigningPair): StateOf<'signingKey'> {
  return {
    public_jwk: { ...pair.publicKey.export({ format: 'jwk' }) },
    activates_at: time,
    retires_at: null,
  };
}

/** An access projection with a clock that a test may set, and short words for what happens in an installation. */
export class World {
  now = Date.parse('2026-06-01T00:00:00Z');
  readonly signer = signingPair('key-1');
  readonly access = new AccessProjection({ now: () => this.now });

  constructor() {
    this.put('signingKey', this.signer.kid, signingKeyState(this.signer));
  }

  put<N extends EntityName>(name: N, id: string, state: StateOf<N>): void {
    this.access.apply(event(name, id, state));
  }

  end(name: EntityName, id: string): void {
    this.access.apply(event(name, id, undefined));
  }

  user(id: string, changes: Partial<StateOf<'user'>> = {}): void {
    this.put('user', id, userState(changes));
  }

  organization(id: string): void {
    this.put('organization', id, { name: 'Organization', created_at: time });
  }

  team(id: string, orgId: string, changes: Partial<StateOf<'team'>> = {}): void {
    this.put('team', id, { org_id: orgId, name: 'Team', is_default: false, created_at: time, ...changes });
  }

  member(teamId: string, userId: string, role: string, since = time): void {
    this.put('membership', `${teamId}.${userId}`, {
      team_id: teamId,
      user_id: userId,
      role,
      created_at: since,
    });
  }

  /** Publishes a key and returns its secret. */
  key(id: string, orgId: string, changes: Partial<StateOf<'apiKey'>> = {}): string {
    const secret = newApiKey();
    this.put('apiKey', id, {
      key_hash: hashApiKey(secret),
      org_id: orgId,
      scope: { kind: 'organization' },
      operation: 'all',
      name: 'key',
      created_at: time,
      expires_at: null,
      ...changes,
    });
    return secret;
  }

  /** As `key`, with limits. */
  narrowKey(
    id: string,
    orgId: string,
    limits: StateOf<'narrowKey'>['limits'],
    changes: Partial<StateOf<'narrowKey'>> = {},
  ): string {
    const secret = newApiKey();
    this.put('narrowKey', id, {
      key_hash: hashApiKey(secret),
      org_id: orgId,
      scope: { kind: 'organization' },
      operation: 'all',
      name: 'key',
      created_at: time,
      expires_at: null,
      created_by: uuid(998),
      limits,
      ...changes,
    });
    return secret;
  }

  /** The token of a new session that lasts an hour. */
  session(userId: string, sessionNumber = 1): string {
    const issuedAt = Math.floor(this.now / 1_000);
    const claims = { userId, sessionNumber, tokenId: uuid(999), issuedAt, expiresAt: issuedAt + 3_600 };
    return signSession(claims, this.signer);
  }

  /** What a request with this token is. */
  caller(token: string) {
    return this.access.authenticate(`Bearer ${token}`);
  }
}
