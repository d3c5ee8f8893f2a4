import { describe, expect, it } from 'vitest';
import {
  checkResponse,
  expectDescribed,
  type SeenResponse,
  UndescribedResponseError,
} from './response-check.ts';

const organization = {
  id: '0b7f3c52-9a1e-4a44-8f0e-6a4d2f1c9b10',
  name: 'Analytical Engines',
  created_at: '2026-01-02T03:04:05Z',
};

function seen(status: number, body: unknown, more: Partial<SeenResponse> = {}): SeenResponse {
  const headers = new Headers({ 'content-type': 'application/json; charset=utf-8', 'px0-revision': 'r1' });
  const text = body === undefined ? '' : JSON.stringify(body);
  return { method: 'POST', path: '/v1/orgs', status, headers, text, ...more };
}

describe('a response is described', () => {
  it('with a documented status and a body of its schema', () => {
    expect(checkResponse(seen(201, { org: organization }))).toEqual([]);
    expect(checkResponse(seen(400, { error: 'name is required' }))).toEqual([]);
  });

  it('when a detail follows an error that has one', () => {
    const version = { path: '/v1/prompts/x/versions' };
    expect(checkResponse(seen(400, { error: 'invalid template: :1: oh' }, version))).toEqual([]);
    expect(checkResponse(seen(400, { error: 'invalid template' }, version))).toHaveLength(1);
  });

  it('when no operation is there and it says so', () => {
    const nothing = { path: '/v1/nothing?x=1' };
    expect(checkResponse(seen(404, { error: 'not found' }, nothing))).toEqual([]);
    expect(checkResponse(seen(400, { error: 'what?' }, nothing))).toHaveLength(1);
    expect(checkResponse(seen(405, { error: 'method not allowed' }, { method: 'PATCH' }))).toEqual([]);
  });

  it('when a HEAD has no body, and outside the API always', () => {
    expect(checkResponse(seen(200, undefined, { method: 'HEAD', path: '/v1/me/orgs' }))).toEqual([]);
    expect(checkResponse(seen(418, 'tea', { path: '/healthz' }))).toEqual([]);
  });
});

describe('a response is not described', () => {
  it('with a status that the operation does not have', () => {
    expect(checkResponse(seen(200, { org: organization }))).toEqual(['createOrg documents no status 200']);
  });

  it('with a body that breaks the schema', () => {
    expect(checkResponse(seen(201, { org: { ...organization, id: 'x' } }))).toContain(
      'createOrg 201: /org/id must match format "uuid"',
    );
    expect(checkResponse(seen(201, { organization }))).toHaveLength(1);
    expect(checkResponse(seen(201, undefined))).toEqual(['createOrg 201: the body is no JSON']);
    expect(checkResponse(seen(204, {}, { method: 'DELETE', path: '/v1/auth/session' }))).toEqual([
      'logout 204: a body where none is documented',
    ]);
  });

  it('with an error of another operation', () => {
    expect(checkResponse(seen(404, { error: 'prompt not found' }))).toHaveLength(1);
    expect(checkResponse(seen(400, { error: 'slug is silly' }))).toEqual([
      'createOrg 400: createOrg does not document this error',
    ]);
  });

  it('with another content type, an unknown header, or without Retry-After', () => {
    const headers = (more: Record<string, string>) => ({
      headers: new Headers({ 'content-type': 'application/json', ...more }),
    });
    const created = { org: organization };
    expect(checkResponse(seen(201, created, headers({ 'content-type': 'text/html' })))).toHaveLength(1);
    expect(checkResponse(seen(201, created, headers({ 'px0-mood': 'good' })))).toHaveLength(1);
    expect(checkResponse(seen(201, created, headers({ etag: '"1"' })))).toHaveLength(1);
    expect(checkResponse(seen(201, created, headers({ 'ratelimit-reset': 'soon' })))).toHaveLength(1);
    expect(checkResponse(seen(503, { error: 'service unavailable' }))).toHaveLength(1);
  });

  it('and the error shows the exchange', () => {
    expect(() => expectDescribed(seen(418, 'tea'))).toThrow(UndescribedResponseError);
    expect(() => expectDescribed(seen(418, 'tea'))).toThrow(/POST \/v1\/orgs was answered with 418: "tea"/);
  });
});
