/** The public face of access: who is calling, and what they may do. */
export {
  type AccessChange,
  AccessProjection,
  type AccessProjectionOptions,
  type TeamFacts,
} from './access-projection.ts';
export { apiKeyPrefix, hashApiKey, looksLikeApiKey, newApiKey, prefixOf } from './api-key.ts';
export {
  actingUserOf,
  authenticateRoute,
  authorizeClass,
  type CallerKind,
  callerKind,
  classRefusal,
  type KeyUseListener,
  requireActingUser,
} from './authorize-class.ts';
export {
  type Coverage,
  coverageOf,
  type Facts,
  factsFor,
  type Limits,
  limitsKindOf,
  type Target,
} from './facts.ts';
export { KeyLimits, type PromptRefs } from './key-limits.ts';
export { type Action, can, moveRefusal, narrowKeys, permissions, refusal } from './permissions.ts';
export {
  type AnonymousPrincipal,
  type ApiKeyPrincipal,
  type Authentication,
  type KeyOperation,
  type KeyScope,
  limitsOf,
  type Principal,
  personOf,
  type Refusal,
  type SessionPrincipal,
  type TeamRole,
} from './principal.ts';
export { hintOfKeyRefusal, hintOfRefusal } from './refusal-hint.ts';
export { isAllowedOn, requireAllowed, requireAllowedOn } from './require-allowed.ts';
export {
  importVerificationKey,
  type SessionClaims,
  type SessionSigner,
  sessionTokenPrefix,
  signSession,
  type VerificationKeys,
  verifySession,
} from './session-token.ts';
export { type SigningPeriod, signingDelayMs, signingKeyAt } from './signing-key.ts';
export { microseconds } from './timestamp.ts';
