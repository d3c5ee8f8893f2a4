/**
 * What may help a caller who was refused: what is wrong with the credential, or what the key itself may not do. It depends on the caller and the operation alone, never on
 * what was asked for, so that nobody learns from it whether something exists.
 * See docs/decisions/218-hints.md.
 */
import type { ErrorCode, Hint } from '@px0/contracts';
import type { AccessProjection } from './access-projection.ts';
import type { Facts } from './facts.ts';
import { type Action, permissions, refusal } from './permissions.ts';
import type { ApiKeyPrincipal, KeyOperation, Principal } from './principal.ts';

/** What of a key's limits a refusal may come from, although the contract words some of them as if there were nothing. */
const hiding: { readonly [Code in ErrorCode]?: readonly string[] } = {
  forbidden: ['teams', 'slugs', 'refs'],
  promptNotFound: ['teams', 'slugs'],
  versionNotFound: ['refs'],
  noLiveVersion: ['refs'],
};

/** Whatever can be had; a key that is refused nevertheless is refused for what it is. */
const everything: Omit<Facts, 'caller'> = {
  isAccountAdmin: true,
  teamRole: 'admin',
  isOrgMember: true,
  isOrgAdmin: true,
  coverage: 'organization',
  limits: 'none',
};

const keyKinds = ['read_render', 'all', 'admin'] as const;

/** Undefined where there is nothing to say. `operation`: what was asked for. */
export function hintOfRefusal(
  access: AccessProjection,
  code: ErrorCode,
  operation: string,
  authorization: string | undefined,
): Hint | undefined {
  if (code !== 'unauthorized' && hiding[code] === undefined) return undefined;
  const authentication = access.authenticate(authorization);
  if (authentication.outcome !== 'principal')
    return code === 'unauthorized' ? { credentials: [access.credentialFault(authorization)] } : undefined;
  return hintOfKeyRefusal(authentication.principal, code, operation);
}

/** The same of a caller who is somebody. */
export function hintOfKeyRefusal(principal: Principal, code: ErrorCode, operation: string): Hint | undefined {
  if (principal.kind !== 'api-key' || !isAction(operation)) return undefined;
  return hintOfKey(principal, code, operation);
}

function isAction(operation: string): operation is Action {
  return Object.hasOwn(permissions, operation);
}

function hintOfKey(key: ApiKeyPrincipal, code: ErrorCode, action: Action): Hint | undefined {
  if (refusal({ caller: key.operation, ...everything }, action) === code) {
    return hintOfKind(key.operation, action);
  }
  if (code === 'unauthorized')
    return key.actingUserId === undefined ? { credentials: ['no-acting-user'] } : undefined;
  const has: { readonly [limit: string]: boolean } = {
    teams: key.scope.kind === 'teams',
    slugs: key.limits?.slugs !== undefined,
    refs: key.limits?.refs !== undefined,
  };
  const limits = hiding[code]?.filter((limit) => has[limit]) ?? [];
  return limits.length === 0 ? undefined : { 'key-limit': limits };
}

/** Of a key whose kind may not do it, whatever else it may. */
function hintOfKind(kind: KeyOperation, action: Action): Hint {
  const able = keyKinds.filter((caller) => refusal({ caller, ...everything }, action) === undefined);
  if (able.length === 0) return { needs: ['session'] };
  return kind === 'all' ? { needs: ['admin-key'] } : { 'key-may': [kind] };
}
