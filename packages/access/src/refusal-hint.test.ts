import { routes } from '@px0/contracts';
import { describe, expect, it } from 'vitest';
import { uuid, World } from '../test/world.ts';
import { KeyLimits } from './key-limits.ts';
import type { ApiKeyPrincipal } from './principal.ts';
import { hintOfKeyRefusal, hintOfRefusal } from './refusal-hint.ts';

const [org, team, ada] = [uuid(1), uuid(11), uuid(21)];

function key(facts: Partial<ApiKeyPrincipal>): ApiKeyPrincipal {
  return {
    kind: 'api-key',
    keyId: uuid(31),
    orgId: org,
    scope: { kind: 'organization' },
    operation: 'all',
    actingUserId: ada,
    ...facts,
  };
}
const reads = key({ operation: 'read_render' });
const admin = key({ operation: 'admin' });
const all = key({});
const { actingUserId: _, ...forNobody } = all;
const ofTeam = key({ scope: { kind: 'teams', teamIds: [team] } });

describe('a key that is refused', () => {
  it.each([
    ['createVersion', reads, 'forbidden', { 'key-may': ['read_render'] }],
    ['createPrompt', reads, 'forbidden', { 'key-may': ['read_render'] }],
    ['movePrompt', reads, 'unauthorized', { 'key-may': ['read_render'] }],
    ['listUserOrgs', reads, 'forbidden', { 'key-may': ['read_render'] }],
    ['createVersion', admin, 'forbidden', { 'key-may': ['admin'] }],
    ['listAPIKeys', all, 'unauthorized', { needs: ['session'] }],
    ['changePassword', all, 'forbidden', { needs: ['session'] }],
    ['deleteMe', admin, 'forbidden', { needs: ['session'] }],
    ['register', all, 'unauthorized', { needs: ['session'] }],
    ['exportRegistryAudit', all, 'forbidden', { needs: ['admin-key'] }],
    ['listUserOrgs', forNobody, 'unauthorized', { credentials: ['no-acting-user'] }],
    ['renderLive', ofTeam, 'promptNotFound', { 'key-limit': ['teams'] }],
    ['renderLive', ofTeam, 'forbidden', { 'key-limit': ['teams'] }],
    ['renderLive', ofTeam, 'noLiveVersion', undefined],
    ['renderLive', all, 'promptNotFound', undefined],
    ['createVersion', all, 'forbidden', undefined],
    ['createVersion', all, 'invalidTemplate', undefined],
  ] as const)('%s by %o with %s', (operation, principal, code, hint) => {
    expect(hintOfKeyRefusal(principal, code, operation)).toEqual(hint);
  });

  it('hears of its limits where they may be the reason', () => {
    const limits = new KeyLimits({ slugs: ['billing_*'], refs: { live: true, tags: [] } });
    const narrow = key({ limits, scope: { kind: 'teams', teamIds: [team] } });
    expect(hintOfKeyRefusal(narrow, 'promptNotFound', 'getPrompt')).toEqual({
      'key-limit': ['teams', 'slugs'],
    });
    expect(hintOfKeyRefusal(narrow, 'versionNotFound', 'getVersion')).toEqual({ 'key-limit': ['refs'] });
    expect(hintOfKeyRefusal(narrow, 'forbidden', 'archivePrompt')).toEqual({
      'key-limit': ['teams', 'slugs', 'refs'],
    });
  });

  it('hears the same of every operation, whatever exists: only the key and the operation decide', () => {
    for (const { operationId } of Object.values(routes)) {
      for (const principal of [reads, admin, all, ofTeam]) {
        const hint = hintOfKeyRefusal(principal, 'forbidden', operationId);
        expect(JSON.stringify(hint ?? {})).not.toMatch(/[0-9a-f]{8}-/);
      }
    }
  });
});

describe('a credential that is refused', () => {
  it('is told apart, but for sessions', () => {
    const here = new World();
    here.organization(org);
    here.team(team, org, { is_default: true });
    here.user(ada);
    const session = here.session(ada, 4);
    const expired = here.key(uuid(31), org, { expires_at: '2020-01-01T00:00:00Z' });
    const good = here.key(uuid(32), org);
    const fault = (header: string | undefined) =>
      hintOfRefusal(here.access, 'unauthorized', 'getPrompt', header)?.credentials;
    expect(fault(undefined)).toEqual(['missing']);
    expect(fault('')).toEqual(['missing']);
    expect(fault(good)).toEqual(['scheme']);
    expect(fault(`Bearer ${good.slice(0, -1)}`)).toEqual(['incomplete-key']);
    expect(fault(`Bearer ${expired}`)).toEqual(['expired-key']);
    expect(fault(`Bearer ak_${'0'.repeat(64)}`)).toEqual(['unknown-key']);
    expect(fault(`Bearer xx_${good}`)).toEqual(['form']);
    expect(fault(`Bearer ${session}x`)).toEqual(['ended-session']);
    here.user(ada, { sessions: { floor: 5, revoked: [] } });
    expect(fault(`Bearer ${session}`)).toEqual(['ended-session']);
    // Nothing is said of a good one, nor of other refusals.
    expect(hintOfRefusal(here.access, 'forbidden', 'getPrompt', undefined)).toBeUndefined();
    expect(hintOfRefusal(here.access, 'invalidCredentials', 'login', undefined)).toBeUndefined();
  });
});
