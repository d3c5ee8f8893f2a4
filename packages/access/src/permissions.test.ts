import { type ErrorCode, errorCatalog, routes } from '@px0/contracts';
import { describe, expect, it } from 'vitest';
import {
  addedContentMatrix,
  addedManagementMatrix,
  auditMatrix,
  cellsOf,
  contentMatrix,
  managementMatrix,
  requestPartsMatrix,
} from '../test/matrices.ts';
import type { Facts } from './facts.ts';
import { type Action, can, moveRefusal, narrowKeys, permissions, refusal } from './permissions.ts';

const outsider: Facts = {
  caller: 'user',
  isAccountAdmin: false,
  teamRole: undefined,
  isOrgMember: false,
  isOrgAdmin: false,
  coverage: 'organization',
  limits: 'none',
};
const anonymous: Facts = { ...outsider, caller: 'anonymous' };
const viewer: Facts = { ...outsider, teamRole: 'viewer', isOrgMember: true };
const editor: Facts = { ...viewer, teamRole: 'editor' };
const teamAdmin: Facts = { ...viewer, teamRole: 'admin' };
/** Of the organization, and not a member of the target team. */
const orgAdmin: Facts = { ...outsider, isOrgMember: true, isOrgAdmin: true };
/** Keys inside their organization, with an acting user; that one is an admin of the organization by definition. */
const keyReadRender: Facts = { ...outsider, caller: 'read_render' };
const keyAll: Facts = { ...orgAdmin, caller: 'all' };
const keyAdmin: Facts = { ...orgAdmin, caller: 'admin' };

/** The callers that a column is about. */
const columns: { readonly [column: string]: readonly Facts[] } = {
  'anon.': [anonymous],
  'user not in org': [outsider],
  outsider: [outsider],
  viewer: [viewer],
  editor: [editor],
  'team admin': [teamAdmin],
  'org admin': [orgAdmin],
  'key read_render': [keyReadRender, { ...keyReadRender, coverage: 'team' }],
  'key all or admin': [keyAll, keyAdmin],
  'key all': [keyAll, { ...keyAll, coverage: 'team' }],
  'key admin': [keyAdmin, { ...keyAdmin, coverage: 'team' }],
  'whole key all': [keyAll],
  'whole key admin': [keyAdmin],
  'listed key admin': [
    { ...keyAdmin, coverage: 'team' },
    { ...keyAdmin, coverage: 'narrower' },
  ],
};

const texts: { readonly [cell: string]: ErrorCode } = {
  '404m': 'userNotTeamMember',
  '400m': 'alreadyTeamMember',
};

const actionNamed = (name: string): Action => {
  const found = Object.keys(permissions).find((action): action is Action => action === name);
  if (found === undefined) throw new Error(`no action ${name}`);
  return found;
};

/** The refusal of an action; a move is judged with a target on which the caller has every right. */
function refusalOf(facts: Facts, action: Action): ErrorCode | undefined {
  return action === 'movePrompt'
    ? moveRefusal(facts.caller, facts, { ...teamAdmin, caller: facts.caller })
    : refusal(facts, action);
}

function expectCell(facts: Facts, action: Action, cell: string): void {
  const error = refusalOf(facts, action);
  if (cell === '403, is_admin ✓') {
    expect(error).toBe('forbidden');
    expect(refusalOf({ ...facts, isAccountAdmin: true }, action)).toBeUndefined();
  } else if (cell === '[]') {
    expect(error).toBeUndefined();
    expect(can(facts, 'resolveJoinRequest')).toBe(false);
  } else if (cell === '✓') {
    expect(error).toBeUndefined();
  } else {
    const status = error === undefined ? 200 : errorCatalog[error].status;
    expect(texts[cell] === undefined ? String(status) : error).toBe(texts[cell] ?? cell);
  }
}

const managementCells = [managementMatrix, addedManagementMatrix, auditMatrix].flatMap(cellsOf);
const contentCells = [contentMatrix, addedContentMatrix].flatMap(cellsOf);
const cells = [...managementCells, ...contentCells];

describe('the role matrix', () => {
  it('has 272 cells for identity and tenancy, and 224 for registry and render', () => {
    expect(cellsOf(managementMatrix)).toHaveLength(272);
    expect(cellsOf(contentMatrix)).toHaveLength(224);
  });

  it.each(cells)('$action, $column: $expected', ({ action, column, expected }) => {
    const callers = columns[column] ?? [];
    expect(callers).not.toHaveLength(0);
    for (const facts of callers) expectCell(facts, actionNamed(action), expected);
  });

  it.each(cellsOf(requestPartsMatrix))('$action, $column: $expected', ({ action, column, expected }) => {
    for (const facts of columns[column] ?? []) expectCell(facts, actionNamed(action), expected);
  });

  it('has a row for every operation of the contract', () => {
    const inMatrix = new Set(cells.map(({ action }) => action));
    expect([...inMatrix].sort()).toEqual(Object.keys(routes).sort());
    const withoutRoute = [
      'registerIntoTeam',
      'moveTeamIntoOrg',
      'receivePrompt',
      'changeOrgPolicy',
      'proposeToAdministrators',
      'closeForeignChangeRequest',
    ];
    expect(Object.keys(permissions).sort()).toEqual([...inMatrix, ...withoutRoute].sort());
  });
});

const unauthenticated = new Set(['none', 'optional-session']);

describe.each(Object.values(routes))('$operationId', ({ operationId, auth }) => {
  it('answers an unverified user by the class of its route', () => {
    const error = refusal({ ...teamAdmin, caller: 'unverified-user' }, operationId);
    expect(error).toBe(auth === 'none' ? undefined : 'userNotVerified');
  });

  it('refuses only with what the route declares', () => {
    for (const facts of Object.values(columns).flat()) {
      const error = refusal(facts, operationId);
      if (error !== undefined) expect(routes[operationId].errors).toContain(error);
    }
  });

  it('lets no anonymous caller pass unless the route is open', () => {
    expect(can(anonymous, operationId)).toBe(unauthenticated.has(auth));
  });
});

describe('a key outside its organization', () => {
  it.each(managementCells.filter(({ column }) => column === 'org admin'))(
    'has none of the rights of an organization or a team: $action',
    ({ action }) => {
      const auth = routes[action as keyof typeof routes].auth;
      const isAboutNothing = ['me', 'listUserOrgs', 'listUserTeams', 'getAdminInbox'].includes(action);
      if (auth !== 'management' || isAboutNothing) return;
      expect(refusal({ ...keyAll, coverage: 'foreign' }, actionNamed(action))).toBe('forbidden');
    },
  );

  it.each(contentCells.filter(({ column }) => column === 'outsider'))(
    'is an outsider to content: $action $expected',
    ({ action, expected }) => {
      for (const key of [keyReadRender, keyAll, keyAdmin]) {
        for (const coverage of ['foreign', 'narrower'] as const) {
          const isRefusedBefore =
            routes[action as keyof typeof routes].auth === 'session' ||
            (action === 'movePrompt' && key === keyReadRender);
          expectCell({ ...key, coverage }, actionNamed(action), isRefusedBefore ? '401' : expected);
        }
      }
    },
  );
});

describe('a key with a list of teams', () => {
  const listed: Facts = { ...keyAll, coverage: 'team' };
  const unlisted: Facts = { ...keyAll, coverage: 'narrower' };

  it.each([
    'createOrg',
    'updateOrg',
    'deleteOrg',
    'listOrgAudit',
    'listOrgPeople',
    'listOrgPolicies',
    'removeOrgMember',
    'createTeam',
    'listOrgTeams',
  ] as const)('does not do %s, which is about an organization', (action) => {
    expect(refusal({ ...unlisted, isAccountAdmin: true }, action)).toBe('forbidden');
  });

  it.each([
    'updateTeam',
    'deleteTeam',
    'listTeamMembers',
    'addTeamMember',
    'updateTeamMemberRole',
    'resolveJoinRequest',
  ] as const)('does %s in its teams and not in others', (action) => {
    expect(refusal(listed, action)).toBeUndefined();
    expect(refusal(unlisted, action)).toBe('forbidden');
  });
});

describe('moving a prompt', () => {
  it('refuses in the order of the contract', () => {
    expect(moveRefusal('user', undefined, undefined)).toBe('targetTeamNotFound');
    expect(moveRefusal('read_render', undefined, undefined)).toBe('unauthorized');
    expect(moveRefusal('user', undefined, teamAdmin)).toBe('promptNotFound');
    expect(moveRefusal('user', outsider, outsider)).toBe('targetTeamNotFound');
    expect(moveRefusal('user', outsider, viewer)).toBe('promptNotFound');
    expect(moveRefusal('user', viewer, teamAdmin)).toBe('forbidden');
    expect(moveRefusal('user', teamAdmin, editor)).toBe('forbidden');
    expect(moveRefusal('user', teamAdmin, orgAdmin)).toBeUndefined();
  });

  it('is allowed to `all` and `admin` keys whose scope has both teams', () => {
    for (const key of [keyAll, keyAdmin]) {
      const inScope: Facts = { ...key, coverage: 'team' };
      expect(moveRefusal(key.caller, inScope, inScope)).toBeUndefined();
      expect(moveRefusal(key.caller, inScope, { ...key, coverage: 'narrower' })).toBe('targetTeamNotFound');
      expect(moveRefusal(key.caller, { ...key, coverage: 'foreign' }, key)).toBe('promptNotFound');
    }
  });
});

describe('a delegated registration into a team', () => {
  it('needs an admin of the team or of its organization, and says which it lacks', () => {
    const admin = { isAccountAdmin: true };
    expect(refusal({ ...outsider, ...admin }, 'registerIntoTeam')).toBe('callerNotInTeamOrganization');
    expect(refusal({ ...editor, ...admin }, 'registerIntoTeam')).toBe('forbidden');
    expect(refusal({ ...teamAdmin, ...admin }, 'registerIntoTeam')).toBeUndefined();
    expect(refusal({ ...orgAdmin, ...admin }, 'registerIntoTeam')).toBeUndefined();
  });
});

describe('keys with limits', () => {
  const classes = new Set(['management', 'content']);
  const classOf = (action: string) => new Map(Object.entries(routes)).get(action)?.auth ?? 'management';
  // Registering needs a session.
  const forKeys = Object.keys(permissions).filter(
    (action) => classes.has(classOf(action)) && action !== 'registerIntoTeam',
  );

  it('have a verdict about every operation that keys may call: a new one is decided here', () => {
    const refused = forKeys.filter((action) => narrowKeys[actionNamed(action)] === undefined);
    // What keys without limits may do, and what only people do.
    expect(refused.sort()).toEqual(
      [
        'acceptInvitation addTeamMember applyChangeRequest changeOrgPolicy changePassword closeChangeRequest closeForeignChangeRequest',
        'commentChangeRequest countOrgPrompts createInvitation createJoinRequest createOrg createTeam deleteMe deleteOrg deleteTeam',
        'exportIdentityAudit exportRegistryAudit exportTenancyAudit',
        'getAdminInbox getChangeRequest leaveTeam listChangeRequests listComments listLastLogins listOrgAudit listOrgInvitations listOrgPeople',
        'listOrgPolicies',
        'listTeamMembers listTeamPolicies moveFolder moveTeamIntoOrg',
        'removeOrgMember removeTeamMember resolveJoinRequest revokeInvitation updateMe updateOrg updateTeam updateTeamMemberRole',
      ].flatMap((line) => line.split(' ')),
    );
  });

  it.each(forKeys)('%s: are allowed nothing that others are not, and what the verdict says', (name) => {
    const action = actionNamed(name);
    for (const key of [keyReadRender, keyAll, keyAdmin]) {
      const wide = refusalOf(key, action);
      for (const limits of ['slugs', 'refs'] as const) {
        const narrow = refusalOf({ ...key, limits }, action);
        const verdict = narrowKeys[action];
        const isOpen = verdict === 'any' || (verdict === 'whole-prompts' && limits === 'slugs');
        expect(narrow).toBe(isOpen ? wide : (wide ?? 'forbidden'));
      }
    }
  });
});
