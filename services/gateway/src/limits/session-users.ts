/**
 * Whose session a credential is, so that all sessions of one person share one limit. A token counts for a person only when its signature
 * holds: otherwise anyone could use up another person's limit. Whether the session still lives is the services' question, not this one's.
 */
import type { KeyObject } from 'node:crypto';
import { importVerificationKey, sessionTokenPrefix, verifySession } from '@px0/access';
import { routes } from '@px0/contracts';
import type { Logger } from '@px0/service-kit';
import { z } from 'zod';

export interface SessionUsersOptions {
  /** Where identity listens; the first that answers is believed. */
  readonly identityUrls: readonly string[];
  readonly logger: Logger;
}

/** Tokens whose users are remembered at a time; the others are verified again. */
const MAX_REMEMBERED = 20_000;
/** The keys are asked for again when a token names an unknown one, at most so often: a forger may name any. */
const REFRESH_MS = 10_000;
const TIMEOUT_MS = 2_000;
const BEARER = `Bearer ${sessionTokenPrefix}`;
/** No token is longer; a header may have 16 KiB, and a stranger's must not fill the memory with as many of them as are remembered. */
const MAX_HEADER_LENGTH = 'Bearer '.length + 1_024;

const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });

export class SessionUsers {
  readonly #options: SessionUsersOptions;
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  /** By credential: the user and the token's end in milliseconds since 1970, or undefined for one that does not hold. */
  readonly #remembered = new Map<string, { readonly user: string; readonly endsAt: number } | undefined>();
  #nextRefresh = 0;

  constructor(options: SessionUsersOptions) {
    this.#options = options;
  }

  /**
   * The user's id if the Authorization header holds a session token with a good signature. Never waits: until the keys are known, it is
   * undefined.
   */
  userOf(authorization: string): string | undefined {
    if (!authorization.startsWith(BEARER) || authorization.length > MAX_HEADER_LENGTH) return undefined;
    const now = Date.now();
    if (this.#remembered.has(authorization)) {
      const found = this.#remembered.get(authorization);
      return found !== undefined && found.endsAt > now ? found.user : undefined;
    }
    let keyIsKnown = true;
    const claims = verifySession(
      authorization.slice('Bearer '.length),
      (kid) => {
        const key = this.#keys.get(kid);
        keyIsKnown = key !== undefined;
        return key;
      },
      now,
    );
    if (!keyIsKnown) {
      this.#refresh(now);
      return undefined;
    }
    this.#remember(authorization, claims && { user: claims.userId, endsAt: claims.expiresAt * 1_000 });
    return claims?.userId;
  }

  /** Asks for the keys, unless that was done a moment ago. What was remembered was judged with the old ones. */
  #refresh(now: number): void {
    if (now < this.#nextRefresh) return;
    this.#nextRefresh = now + REFRESH_MS;
    this.#fetchKeys().then(
      (keys) => {
        this.#keys = keys;
        this.#remembered.clear();
      },
      (error: unknown) => {
        this.#options.logger.debug(
          { err: error },
          'cannot read the signing keys; counting each session separately',
        );
      },
    );
  }

  async #fetchKeys(): Promise<ReadonlyMap<string, KeyObject>> {
    const answer = await Promise.any(
      this.#options.identityUrls.map(async (url) => {
        const response = await fetch(new URL(routes.listSigningKeys.path, url), {
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        return keySet.parse(await response.json());
      }),
    );
    return new Map(
      answer.keys.flatMap((jwk) => {
        const key = importVerificationKey(jwk);
        return key === undefined ? [] : [[jwk.kid, key] as const];
      }),
    );
  }

  #remember(authorization: string, found: { user: string; endsAt: number } | undefined): void {
    // Maps keep the order of insertion: the first is the oldest.
    if (this.#remembered.size >= MAX_REMEMBERED) {
      this.#remembered.delete(this.#remembered.keys().next().value ?? '');
    }
    this.#remembered.set(authorization, found);
  }
}
