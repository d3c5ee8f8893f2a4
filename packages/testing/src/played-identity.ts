/** Identity, played by a test: users with sessions, and API keys, as the real one would publish them. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { hashApiKey, newApiKey, type SessionSigner, signSession } from '@px0/access';
import type { StateOf } from '@px0/contracts';
import type { ForeignContexts } from './foreign-context.ts';

export interface PlayedUser {
  readonly id: string;
  readonly email: string;
  /** A session's token, valid for an hour. */
  readonly token: string;
}

export interface PlayedKey {
  readonly id: string;
  /** The secret. */
  readonly token: string;
}

/** A session that outlives any test. */
const SESSION_SECONDS = 3_600;

export class PlayedIdentity {
  readonly #contexts: ForeignContexts;
  readonly #signer: SessionSigner;
  readonly #publicJwk: Record<string, unknown>;
  readonly #users = new Map<string, StateOf<'user'>>();

  constructor(contexts: ForeignContexts) {
    this.#contexts = contexts;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    this.#signer = { kid: randomUUID(), privateKey };
    this.#publicJwk = { ...publicKey.export({ format: 'jwk' }) };
  }

  /** Publishes the signing key. Tokens are good from then on. */
  async start(): Promise<void> {
    await this.#contexts.publish('signingKey', this.#signer.kid, {
      public_jwk: this.#publicJwk,
      activates_at: new Date(0).toISOString(),
      retires_at: null,
    });
  }

  /** Registers a user; default: verified, no admin, with an organization of their own. */
  async register(facts: Partial<StateOf<'user'>> = {}): Promise<PlayedUser> {
    const id = randomUUID();
    const state: StateOf<'user'> = {
      email: `${id.slice(0, 8)}@example.com`,
      is_verified: true,
      is_admin: false,
      created_at: new Date().toISOString(),
      placement: { kind: 'default-organization' },
      sessions: { floor: 0, revoked: [] },
      ...facts,
    };
    this.#users.set(id, state);
    await this.#contexts.publish('user', id, state);
    return { id, email: state.email, token: this.sessionOf(id) };
  }

  /** Changes some of a user's facts. */
  async change(userId: string, facts: Partial<StateOf<'user'>>): Promise<void> {
    const state = this.#users.get(userId);
    if (state === undefined) throw new Error(`no user ${userId} was registered here`);
    this.#users.set(userId, { ...state, ...facts });
    await this.#contexts.publish('user', userId, { ...state, ...facts });
  }

  async delete(userId: string): Promise<void> {
    await this.#contexts.remove('user', userId);
  }

  /** The token of a session of that user, known or not. */
  sessionOf(userId: string, sessionNumber = 1): string {
    const issuedAt = Math.floor(Date.now() / 1_000);
    return signSession(
      { userId, sessionNumber, tokenId: randomUUID(), issuedAt, expiresAt: issuedAt + SESSION_SECONDS },
      this.#signer,
    );
  }

  /** Creates an API key; default: of the whole organization, with operation `all`. */
  async createKey(orgId: string, facts: Partial<StateOf<'apiKey'>> = {}): Promise<PlayedKey> {
    const { id, token, state } = newKey(orgId);
    await this.#contexts.publish('apiKey', id, { ...state, ...facts });
    return { id, token };
  }

  /** As `createKey`, with limits. */
  async createNarrowKey(
    orgId: string,
    limits: StateOf<'narrowKey'>['limits'],
    facts: Partial<StateOf<'narrowKey'>> = {},
  ): Promise<PlayedKey> {
    const { id, token, state } = newKey(orgId);
    await this.#contexts.publish('narrowKey', id, { ...state, created_by: randomUUID(), limits, ...facts });
    return { id, token };
  }
}

function newKey(orgId: string): PlayedKey & { readonly state: StateOf<'apiKey'> } {
  const token = newApiKey();
  return {
    id: randomUUID(),
    token,
    state: {
      key_hash: hashApiKey(token),
      org_id: orgId,
      scope: { kind: 'organization' },
      operation: 'all',
      name: 'a key',
      created_at: new Date().toISOString(),
      expires_at: null,
    },
  };
}
