import { createHmac, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { signingPair, uuid } from '../test/world.ts';
import { importVerificationKey, signSession, verifySession } from './session-token.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const seconds = now / 1_000;
const good = signingPair('good');
const other = signingPair('other');
const keys = (kid: string) => (kid === 'good' ? good.publicKey : undefined);

const claims = {
  userId: uuid(1),
  sessionNumber: 3,
  tokenId: uuid(2),
  issuedAt: seconds,
  expiresAt: seconds + 3_600,
};

const payload = {
  sub: claims.userId,
  jti: claims.tokenId,
  iat: seconds,
  exp: seconds + 3_600,
  sn: 3,
  iss: 'px0',
  aud: 'px0',
};
const header = { alg: 'ES256', typ: 'px0-session', kid: 'good' };

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token signed by the right key, with whatever in it. */
function signed(changes: object = {}, headerChanges: object = {}): string {
  const full = { ...payload, ...changes };
  const token = jwt.sign(JSON.stringify(full), good.privateKey, {
    algorithm: 'ES256',
    header: { ...header, ...headerChanges },
  });
  return `sess_${token}`;
}

const hmac = (text: string, secret: string) => createHmac('sha256', secret).update(text).digest('base64url');

function hmacSigned(secret: string): string {
  const text = `${part({ ...header, alg: 'HS256' })}.${part(payload)}`;
  return `sess_${text}.${hmac(text, secret)}`;
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const token = signSession(claims, good);
const [head = '', body = '', signature = ''] = token.slice('sess_'.length).split('.');

describe('a session token', () => {
  it('says who it was signed for', () => {
    expect(verifySession(token, keys, now)).toEqual(claims);
  });

  it('has at most 1 KiB and only characters that a header may hold', () => {
    expect(token).toMatch(/^sess_[A-Za-z0-9._-]+$/);
    expect(token.length).toBeLessThanOrEqual(1_024);
  });

  it('ends when it expires', () => {
    expect(verifySession(token, keys, now + 3_599_000)).toBeDefined();
    expect(verifySession(token, keys, now + 3_600_000)).toBeUndefined();
  });

  it("is taken with the forger's tools too, so that the refusals below have the reason that they name", () => {
    expect(verifySession(signed(), keys, now)).toEqual(claims);
  });
});

const forged: readonly (readonly [string, string])[] = [
  ['the algorithm none and no signature', `sess_${part({ ...header, alg: 'none' })}.${part(payload)}.`],
  ['the algorithm None in other letters', `sess_${part({ ...header, alg: 'nOnE' })}.${part(payload)}.`],
  ['no signature at all', `sess_${head}.${body}.`],
  [
    'HS256 with the public key in PEM as its secret',
    hmacSigned(String(good.publicKey.export({ type: 'spki', format: 'pem' }))),
  ],
  [
    'HS256 with the public JWK as its secret',
    hmacSigned(JSON.stringify(good.publicKey.export({ format: 'jwk' }))),
  ],
  ['HS256 with an empty secret', hmacSigned('')],
  [
    'RS256 by another key',
    `sess_${jwt.sign(payload, rsa.privateKey, { algorithm: 'RS256', header: { ...header, alg: 'RS256' } })}`,
  ],
  [
    'ES256 in the header over an RSA signature',
    `sess_${head}.${body}.${Buffer.alloc(256, 1).toString('base64url')}`,
  ],
  ['the signature of another key', signSession(claims, { ...other, kid: 'good' })],
  ['an unknown kid', signSession(claims, other)],
  ['no kid', signed({}, { kid: undefined })],
  ['a kid that is no string', `sess_${part({ ...header, kid: ['good'] })}.${body}.${signature}`],
  ['the kid __proto__', signed({}, { kid: '__proto__' })],
  [
    'its own key in the header',
    `sess_${part({ ...header, jwk: other.publicKey.export({ format: 'jwk' }) })}.${body}.${signature}`,
  ],
  ['the usual type JWT', signed({}, { typ: 'JWT' })],
  ['no type', signed({}, { typ: undefined })],
  ['no exp', signed({ exp: undefined })],
  ['an exp in the past', signed({ exp: seconds - 1 })],
  ['an exp that is a string', signed({ exp: String(seconds + 60) })],
  ['no iat', signed({ iat: undefined })],
  ['no sub', signed({ sub: undefined })],
  ['a sub that is no UUID', signed({ sub: 'admin' })],
  ['no jti', signed({ jti: undefined })],
  ['an empty jti', signed({ jti: '' })],
  ['no session number', signed({ sn: undefined })],
  ['a negative session number', signed({ sn: -1 })],
  ['a session number that is no integer', signed({ sn: 1.5 })],
  ['another audience', signed({ aud: 'px1' })],
  ['no audience', signed({ aud: undefined })],
  ['another issuer', signed({ iss: 'px1' })],
  ['no issuer', signed({ iss: undefined })],
  ['an nbf in the future', signed({ nbf: seconds + 60 })],
  [
    'another payload under the same signature',
    `sess_${head}.${part({ ...payload, sub: uuid(9) })}.${signature}`,
  ],
  ['its end cut off', token.slice(0, -1)],
  ['its signature cut off', token.slice(0, token.lastIndexOf('.'))],
  [
    'a byte changed in its signature',
    `sess_${head}.${body}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
  ],
  ['more than 1 KiB', signed({ padding: 'x'.repeat(800) })],
  ['no prefix', token.slice('sess_'.length)],
  ['another prefix', `ak_${token.slice('sess_'.length)}`],
  ['the prefix in capitals', token.replace('sess_', 'SESS_')],
  ['a space before it', ` ${token}`],
  ['five parts, like an encrypted token', `sess_${head}.${body}.${signature}.${body}.${signature}`],
  ['nothing after the prefix', 'sess_'],
  ['dots only', 'sess_..'],
  ['the old form of 64 hexadecimal digits', `sess_${'a1'.repeat(32)}`],
  ['text that is no base64', 'sess_%%%.%%%.%%%'],
  ['a header that is JSON but no object', `sess_${part(5)}.${body}.${signature}`],
];

describe('the verifier refuses a token with', () => {
  it.each(forged)('%s', (_, forgery) => {
    expect(verifySession(forgery, keys, now)).toBeUndefined();
  });
});

describe('a published key', () => {
  it('verifies only if it is a P-256 key', () => {
    expect(importVerificationKey({ ...good.publicKey.export({ format: 'jwk' }) })).toBeDefined();
    expect(importVerificationKey({ ...rsa.publicKey.export({ format: 'jwk' }) })).toBeUndefined();
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    expect(importVerificationKey({ ...p384.export({ format: 'jwk' }) })).toBeUndefined();
    expect(importVerificationKey({})).toBeUndefined();
    expect(importVerificationKey({ kty: 'oct', k: 'AAAA' })).toBeUndefined();
  });
});
