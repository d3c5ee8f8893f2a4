/**
 * Session tokens: `sess_` and a JWT. This file holds the platform's only signer and its only verifier. The verifier
 * accepts one algorithm, one audience, one issuer and one type, looks keys up by known kid only, and requires every
 * claim, because a JWT library alone would accept more (RFC 8725).
 * See docs/decisions/032-sessions.md.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { UserId } from '@px0/contracts';
import jwt from 'jsonwebtoken';
import { z } from 'zod';

export const sessionTokenPrefix = 'sess_';

/** The contract's bound. A real token has about 420 characters. */
const maxTokenLength = 1_024;

const algorithm = 'ES256';
const issuer = 'px0';
const audience = 'px0';
/** Our own type, so that no other ES256 token of ours (present or future) passes for a session. */
const tokenType = 'px0-session';

/** What a session token says. */
export interface SessionClaims {
  readonly userId: UserId;
  /** Sessions are numbered per user; revocation is by number. */
  readonly sessionNumber: number;
  readonly tokenId: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** A private ES256 key and the name under which its public half is published. */
export interface SessionSigner {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** The public key of a kid; undefined if none is known. */
export type VerificationKeys = (kid: string) => KeyObject | undefined;

const payloadSchema = z.object({
  sub: z.guid(),
  jti: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
  sn: z.int().nonnegative(),
});

const headerSchema = z.object({
  alg: z.literal(algorithm),
  typ: z.literal(tokenType),
  kid: z.string().min(1),
});

/** The token of a session. */
export function signSession(claims: SessionClaims, signer: SessionSigner): string {
  const payload = {
    sub: claims.userId,
    jti: claims.tokenId,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    sn: claims.sessionNumber,
    iss: issuer,
    aud: audience,
  };
  const header = { alg: algorithm, typ: tokenType, kid: signer.kid } as const;
  return sessionTokenPrefix + jwt.sign(payload, signer.privateKey, { algorithm, header });
}

/**
 * What a token says if its signature, form and times hold; undefined otherwise. It does not ask whether the session was
 * revoked or the user still exists: that is judged on the projection, at each request.
 *
 * @param now milliseconds since the epoch
 */
export function verifySession(token: string, keys: VerificationKeys, now: number): SessionClaims | undefined {
  if (token.length > maxTokenLength || !token.startsWith(sessionTokenPrefix)) return undefined;
  const encoded = token.slice(sessionTokenPrefix.length);
  try {
    const key = keys(headerSchema.parse(decodeHeader(encoded)).kid);
    if (key === undefined) return undefined;
    const clockTimestamp = Math.floor(now / 1_000);
    const payload = payloadSchema.parse(
      jwt.verify(encoded, key, { algorithms: [algorithm], issuer, audience, clockTimestamp }),
    );
    return {
      userId: payload.sub,
      sessionNumber: payload.sn,
      tokenId: payload.jti,
      issuedAt: payload.iat,
      expiresAt: payload.exp,
    };
  } catch {
    // Every failure is the same answer to the caller: 401. Which one it was helps only a forger.
    return undefined;
  }
}

function decodeHeader(encoded: string): unknown {
  return JSON.parse(Buffer.from(encoded.slice(0, encoded.indexOf('.')), 'base64url').toString());
}

/** The public half of a published signing key; undefined if the JWK is not a P-256 key, which verifies nothing. */
export function importVerificationKey(publicJwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}
