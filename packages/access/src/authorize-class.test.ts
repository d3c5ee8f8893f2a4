import { type AuthClass, routes } from '@px0/contracts';
import { describe, expect, it } from 'vitest';
import { authorizeClass, type CallerKind, requireActingUser } from './authorize-class.ts';
import type { ApiKeyPrincipal, Authentication, SessionPrincipal } from './principal.ts';

const session: SessionPrincipal = {
  kind: 'session',
  userId: 'u',
  sessionNumber: 1,
  isAdmin: false,
  isVerified: true,
  tokenId: 't',
};
const key = (operation: ApiKeyPrincipal['operation']): ApiKeyPrincipal => ({
  kind: 'api-key',
  keyId: 'k',
  orgId: 'o',
  scope: { kind: 'organization' },
  operation,
});

const is = (principal: SessionPrincipal | ApiKeyPrincipal): Authentication => ({
  outcome: 'principal',
  principal,
});

const callers: { readonly [Kind in CallerKind | 'invalid']: Authentication } = {
  anonymous: { outcome: 'anonymous' },
  invalid: { outcome: 'invalid' },
  'unverified-user': is({ ...session, isVerified: false }),
  user: is(session),
  read_render: is(key('read_render')),
  all: is(key('all')),
  admin: is(key('admin')),
};

type Row = readonly [AuthClass, { readonly [Kind in keyof typeof callers]: string }];

const table: readonly Row[] = [
  [
    'session',
    {
      anonymous: 'unauthorized',
      invalid: 'unauthorized',
      'unverified-user': 'userNotVerified',
      user: 'passes',
      read_render: 'unauthorized',
      all: 'unauthorized',
      admin: 'unauthorized',
    },
  ],
  [
    'management',
    {
      anonymous: 'unauthorized',
      invalid: 'unauthorized',
      'unverified-user': 'userNotVerified',
      user: 'passes',
      read_render: 'forbidden',
      all: 'passes',
      admin: 'passes',
    },
  ],
  [
    'content',
    {
      anonymous: 'unauthorized',
      invalid: 'unauthorized',
      'unverified-user': 'userNotVerified',
      user: 'passes',
      read_render: 'passes',
      all: 'passes',
      admin: 'passes',
    },
  ],
];

const cells = table.flatMap(([auth, row]) =>
  Object.entries(row).map(([caller, answer]) => ({ auth, caller, answer })),
);

describe('a route of the class', () => {
  it.each(cells)('$auth answers $caller with: $answer', ({ auth, caller, answer }) => {
    const authentication = callers[caller as keyof typeof callers];
    const result = authorizeClass(auth, authentication);
    if (answer !== 'passes') expect(result).toEqual({ error: answer });
    else expect(authentication.outcome === 'principal' && result === authentication.principal).toBe(true);
  });

  it.each(['none', 'optional-session'] as const)('%s does not read the header', (auth) => {
    for (const authentication of Object.values(callers)) {
      expect(authorizeClass(auth, authentication)).toEqual({ kind: 'anonymous' });
    }
  });
});

describe('a key without an acting user', () => {
  it('is refused by management routes, by Me with a text of its own', () => {
    expect(requireActingUser(routes.listUserOrgs, key('all'))).toEqual({ error: 'unauthorized' });
    expect(requireActingUser(routes.me, key('all'))).toEqual({ error: 'accessTokenRequired' });
  });

  it('is not asked for one elsewhere', () => {
    expect(requireActingUser(routes.createPrompt, key('all'))).toBeUndefined();
    expect(requireActingUser(routes.me, { ...key('all'), actingUserId: 'u' })).toBeUndefined();
    expect(requireActingUser(routes.me, session)).toBeUndefined();
  });
});
