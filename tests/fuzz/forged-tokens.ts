/** Session tokens that must not be accepted, made from one that is. */
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { sessionTokenPrefix, signSession, verifySession } from '@px0/access';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

/** Each with what is wrong with it. `keys` are the published ones, which a forger knows. */
export function forgedTokens(good: string, keys: readonly JsonWebKey[]): ReadonlyMap<string, string> {
  const [head = '', payload = '', signature = ''] = good.slice(sessionTokenPrefix.length).split('.');
  const [header, claims] = [decode(head), decode(payload)];
  const kid = String(header['kid']);
  const forger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const own = { ...forger.publicKey.export({ format: 'jwk' }) };
  const joined = (...parts: readonly string[]) => `${sessionTokenPrefix}${parts.join('.')}`;
  const signedByForger = (as: string, more: { issuedAt?: number; expiresAt?: number } = {}) => {
    const now = Math.floor(Date.now() / 1_000);
    const subject = { userId: String(claims['sub']), sessionNumber: Number(claims['sn']), tokenId: 'forged' };
    return signSession(
      { ...subject, issuedAt: now, expiresAt: now + 600, ...more },
      { kid: as, privateKey: forger.privateKey },
    );
  };
  const forged = new Map<string, string>([
    ['alg none, no signature', joined(encode({ ...header, alg: 'none' }), payload, '')],
    ['alg None', joined(encode({ ...header, alg: 'None' }), payload, signature)],
    ['alg missing', joined(encode({ typ: header['typ'], kid }), payload, signature)],
    [
      'a kid that nobody published',
      joined(encode({ ...header, kid: randomBytes(16).toString('hex') }), payload, signature),
    ],
    ['a kid that is a path', signedByForger('../../../../dev/null')],
    ['a kid that is SQL', signedByForger("' UNION SELECT 'x' --")],
    ['a kid that every object has', signedByForger('__proto__')],
    ['a kid that is no text', joined(encode({ ...header, kid: { $ne: 1 } }), payload, signature)],
    ['signed by another key under the kid of ours', signedByForger(kid)],
    [
      'its own key in the header',
      joined(encode({ ...header, jwk: own }), payload, signedByForger(kid).split('.')[2] ?? ''),
    ],
    [
      'a key to be fetched',
      joined(encode({ ...header, jku: 'http://127.0.0.1:1/jwks' }), payload, signature),
    ],
    ['another type', joined(encode({ ...header, typ: 'JWT' }), payload, signature)],
    ['a critical extension', joined(encode({ ...header, crit: ['b64'], b64: false }), payload, signature)],
    [
      'another user under our signature',
      joined(head, encode({ ...claims, sub: '11111111-1111-4111-8111-111111111111' }), signature),
    ],
    ['a later end under our signature', joined(head, encode({ ...claims, exp: 9_999_999_999 }), signature)],
    ['another session under our signature', joined(head, encode({ ...claims, sn: 0 }), signature)],
    ['no signature', joined(head, payload)],
    ['an empty signature', joined(head, payload, '')],
    ['a signature of zeros', joined(head, payload, Buffer.alloc(64).toString('base64url'))],
    [
      'a signature in DER',
      joined(head, payload, Buffer.from('3006020101020101', 'hex').toString('base64url')),
    ],
    ['two signatures', joined(head, payload, signature, signature)],
    ['only dots', joined('', '', '')],
    ['the prefix alone', sessionTokenPrefix],
    ['no prefix', good.slice(sessionTokenPrefix.length)],
    ['a prefix in capitals', good.replace(sessionTokenPrefix, sessionTokenPrefix.toUpperCase())],
    ['something behind it', `${good}x`],
    [
      'nested JSON without end',
      joined(Buffer.from('['.repeat(500)).toString('base64url'), payload, signature),
    ],
    ['too long', joined(head, payload, signature.repeat(20))],
    ['an API key that nobody made', `ak_${randomBytes(32).toString('hex')}`],
    ['an API key of the wrong form', 'ak_1'],
  ]);
  for (const [index, key] of keys.entries()) {
    // The published half of our key as the secret of a symmetric signature.
    const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    for (const secret of [pem, JSON.stringify(key)]) {
      const symmetric = encode({ ...header, alg: 'HS256' });
      const hmac = createHmac('sha256', secret).update(`${symmetric}.${payload}`).digest('base64url');
      forged.set(
        `alg HS256 with published key ${index}, ${String(secret).length} bytes`,
        joined(symmetric, payload, hmac),
      );
    }
  }
  for (let cut = 1; cut < good.length; cut += 37) forged.set(`only ${cut} characters`, good.slice(0, cut));
  for (let at = sessionTokenPrefix.length; at < good.length; at += 29) {
    const other = good[at] === 'A' ? 'Q' : 'A';
    forged.set(`character ${at} changed`, `${good.slice(0, at)}${other}${good.slice(at + 1)}`);
  }
  return forged;
}

/** A token signed rightly whose time is over, or has not begun, with the public half of the key that signed it. */
export function tokensOfOtherTimes(userId: string, kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const now = Math.floor(Date.now() / 1_000);
  const sign = (issuedAt: number, expiresAt: number, sessionNumber = 1) =>
    signSession({ userId, sessionNumber, tokenId: 'x', issuedAt, expiresAt }, { kid, privateKey });
  const control = sign(now, now + 600);
  if (verifySession(control, () => publicKey, Date.now()) === undefined)
    throw new Error('the control is no token');
  return {
    publicJwk: { ...publicKey.export({ format: 'jwk' }) },
    control,
    refused: new Map([
      ['expired a second ago', sign(now - 600, now - 1)],
      ['expired in 1970', sign(0, 1)],
      ['ends before it begins', sign(now, now - 600)],
    ]),
  };
}
