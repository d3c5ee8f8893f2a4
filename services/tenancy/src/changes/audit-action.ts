/** The actions that tenancy's audit log records. The list is part of the API: readers filter by it. */
export type AuditAction =
  | 'organization.created'
  | 'organization.renamed'
  | 'organization.deleted'
  | 'team.created'
  | 'team.renamed'
  | 'team.moved_in'
  | 'team.moved_out'
  | 'team.deleted'
  | 'member.joined'
  | 'member.removed'
  | 'member.left'
  | 'member.account_deleted'
  | 'member.role_changed'
  | 'join_request.created'
  | 'join_request.approved'
  | 'join_request.rejected';
