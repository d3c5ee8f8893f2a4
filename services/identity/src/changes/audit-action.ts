/** What identity's audit tells of. The list is part of the API: readers filter on it. */
export const auditActions = [
  'user.registered',
  'user.verified',
  'user.email_changed',
  'user.password_changed',
  'user.password_reset',
  'user.deleted',
  'api_key.created',
  'api_key.rotated',
  'api_key.deleted',
  'api_key.scope_reduced',
  'signing_key.created',
] as const;

export type AuditAction = (typeof auditActions)[number];
