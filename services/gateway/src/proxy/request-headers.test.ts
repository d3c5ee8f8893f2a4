import { describe, expect, it } from 'vitest';
import { readRequestHeaders } from './request-headers.ts';
import { readResponseHeaders } from './response-headers.ts';

describe('request headers', () => {
  it('are read in any letter case and forwarded in lower case', () => {
    const facts = readRequestHeaders([
      'Authorization',
      'Bearer x',
      'ACCEPT',
      'text/html',
      'Px0-Consistency',
      'require',
    ]);
    expect(facts.authorization).toBe('Bearer x');
    expect(facts.forward).toEqual([
      'authorization',
      'Bearer x',
      'accept',
      'text/html',
      'px0-consistency',
      'require',
    ]);
  });

  it('keep repeated ones apart and in order', () => {
    const { forward } = readRequestHeaders(['Accept', 'a', 'X-Tag', '1', 'X-Tag', '2']);
    expect(forward).toEqual(['accept', 'a', 'x-tag', '1', 'x-tag', '2']);
  });

  it('lose every name that any Connection header lists, but never the credential', () => {
    const { forward } = readRequestHeaders([
      'Connection',
      'x-a',
      'X-A',
      '1',
      'X-B',
      '2',
      'Authorization',
      'Bearer x',
      'Connection',
      'X-B, authorization',
      'X-C',
      '3',
    ]);
    expect(forward).toEqual(['authorization', 'Bearer x', 'x-c', '3']);
  });

  it('join several X-Forwarded-For lines, so that no hop can hide in one of them', () => {
    const { forwardedFor } = readRequestHeaders(['X-Forwarded-For', '1.1.1.1', 'X-Forwarded-For', '2.2.2.2']);
    expect(forwardedFor).toBe('1.1.1.1, 2.2.2.2');
  });
});

describe('response headers', () => {
  it('lose those of the hop and those that Connection lists', () => {
    const facts = readResponseHeaders([
      'connection',
      'close, x-internal',
      'x-internal',
      '1',
      'transfer-encoding',
      'chunked',
      'x-request-id',
      'theirs',
      'etag',
      '"1"',
      'set-cookie',
      'a',
      'content-length',
      '3',
      'set-cookie',
      'b',
    ]);
    expect(facts).toEqual({
      revision: undefined,
      contentLength: '3',
      streamOwner: undefined,
      forward: ['etag', '"1"', 'set-cookie', 'a', 'content-length', '3', 'set-cookie', 'b'],
    });
  });

  it('tell a revision and an owner only when they are said once', () => {
    const { revision, streamOwner } = readResponseHeaders([
      'px0-revision',
      'a',
      'px0-revision',
      'b',
      'x-px0-stream-owner',
      'org',
    ]);
    expect(revision).toBeUndefined();
    expect(streamOwner).toBe('org');
  });
});
