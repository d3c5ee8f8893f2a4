import { expect, it } from 'vitest';
import { compareTokens, decodeToken, encodeToken } from './token.ts';

it('a token carries epoch and sequence and nothing else', () => {
  const token = encodeToken({ epoch: '1790000000000', sequence: 42 });
  expect(Buffer.from(token, 'base64url').toString()).toBe('1:1790000000000:42');
  expect(decodeToken(token)).toEqual({ epoch: '1790000000000', sequence: 42 });
});

it.each([
  '',
  'x',
  '!!!',
  'a'.repeat(10_000),
  Buffer.from('2:1:1').toString('base64url'),
  Buffer.from('1:1:-1').toString('base64url'),
  Buffer.from('1:1:99999999999999999').toString('base64url'),
  Buffer.from('1:e:1').toString('base64url'),
  `${encodeToken({ epoch: '1', sequence: 1 })}=`,
  ` ${encodeToken({ epoch: '1', sequence: 1 })}`,
])('what nobody handed out is no token: %j', (text) => {
  expect(decodeToken(text)).toBeUndefined();
});

it('tokens are ordered by epoch first, as numbers', () => {
  const ordered = [
    { epoch: '9', sequence: 100 },
    { epoch: '10', sequence: 1 },
    { epoch: '10', sequence: 2 },
    { epoch: '11', sequence: 0 },
  ];
  expect(ordered.toReversed().toSorted(compareTokens)).toEqual(ordered);
});
