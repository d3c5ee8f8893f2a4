/** The actions that identity's audit records. */
export type AuditAction =
  | 'user.registered'
  | 'user.verified'
  | 'user.logged_in'
  | 'user.email_changed'
  | 'user.password_changed'
  | 'user.password_reset'
  | 'user.deleted'
  | 'api_key.created'
  | 'api_key.rotated'
  | 'api_key.deleted'
  | 'api_key.scope_reduced'
  | 'signing_key.created'
  | 'audit.text_erased'
  | 'audit.pruned'
  | 'organization.deleted';
