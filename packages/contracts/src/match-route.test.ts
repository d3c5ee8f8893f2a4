import { describe, expect, it } from 'vitest';
import { matchRoute, ownerOfPrefix } from './match-route.ts';
import type { RouteDefinition } from './route.ts';
import { routes } from './routes/mod.ts';

function matched(method: string, path: string): readonly [string, object] | undefined {
  const match = matchRoute(method, path);
  return match !== undefined && 'route' in match ? [match.route.operationId, match.params] : undefined;
}

describe('matchRoute', () => {
  it('finds every declared route by its own path', () => {
    for (const route of Object.values<RouteDefinition>(routes)) {
      const path = route.path.replaceAll(/\{(\w+)\}/g, 'p-$1');
      const params = Object.fromEntries(Object.keys(route.params).map((name) => [name, `p-${name}`]));
      expect(matched(route.method, path)).toEqual([route.operationId, params]);
    }
  });

  it('reads static segments in any letter case and forgives one trailing slash', () => {
    expect(matched('POST', '/V1/Prompts/Mixed/RENDER/')).toEqual(['renderLive', { slug: 'Mixed' }]);
    expect(matchRoute('POST', '/v1/prompts/x/render//')).toBeUndefined();
  });

  it('answers HEAD wherever it answers GET', () => {
    expect(matched('HEAD', '/v1/me/orgs')?.[0]).toBe('listUserOrgs');
    expect(matched('HEAD', '/v1/auth/login')).toBeUndefined();
  });

  it('prefers the static segment where it has the method, and the parameter elsewhere', () => {
    expect(matched('GET', '/v1/prompts/x/versions/diff')?.[0]).toBe('diffVersions');
    expect(matched('GET', '/v1/prompts/x/versions/Diff')?.[0]).toBe('diffVersions');
    expect(matched('PUT', '/v1/prompts/x/versions/diff')).toEqual([
      'updateVersion',
      { id: 'x', version: 'diff' },
    ]);
  });

  it('decodes parameters once, as UTF-8', () => {
    expect(matched('GET', '/v1/prompts/caf%C3%A9')).toEqual(['getPrompt', { id: 'café' }]);
    expect(matched('GET', '/v1/prompts/a%2Fb%2525')).toEqual(['getPrompt', { id: 'a/b%25' }]);
  });

  it.each([['%'], ['%zz'], ['%C3'], ['%ff']])(
    'does not find a path with the broken encoding %s',
    (segment) => {
      expect(matchRoute('GET', `/v1/prompts/${segment}`)).toBeUndefined();
    },
  );

  it('lists the methods of a path that exists with others', () => {
    expect(matchRoute('PATCH', '/v1/api-keys')).toEqual({
      known: ['GET', 'HEAD', 'POST'],
      owner: 'identity',
    });
    expect(matchRoute('GET', '/v1/prompts/x/render')).toEqual({ known: ['POST'], owner: 'render' });
  });

  it.each([
    ['/'],
    [''],
    ['/v1'],
    ['/v1/prompts//render'],
    ['/v1/unknown'],
    ['/v2/prompts'],
    ['/v1/__proto__'],
  ])('does not find %j', (path) => {
    expect(matchRoute('GET', path)).toBeUndefined();
  });
});

describe('ownerOfPrefix', () => {
  it.each([
    ['/v1/auth/nope', 'identity'],
    ['/v1/API-keys/x/y', 'identity'],
    ['/v1/me/nope', 'tenancy'],
    ['/v1/orgs', 'tenancy'],
    ['/v1/teams/x/nope', 'tenancy'],
    ['/v1/teams/x/prompts/y', 'prompt-registry'],
    ['/v1/join-requests', 'tenancy'],
    ['/v1/prompts/x/nope', 'prompt-registry'],
    ['/v1/prompts/x/versions/3', 'prompt-registry'],
    ['/v1/prompts/x/render/nope', 'render'],
    ['/v1/prompts/x/versions/3/render', 'render'],
    ['/v1/health', undefined],
    ['/v1/nope', undefined],
    ['/v1/constructor', undefined],
    ['/v2/auth', undefined],
    ['/', undefined],
  ])('gives %s to %s', (path, owner) => {
    expect(ownerOfPrefix(path)).toBe(owner);
  });
});
