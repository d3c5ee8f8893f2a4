/** The table of all routes, by operation id. A new route is one entry in the file of its area. */
import { apiKeyRoutes } from './api-keys.ts';
import { identityAuditRoutes, registryAuditRoutes, tenancyAuditRoutes } from './audit.ts';
import { authRoutes } from './auth.ts';
import { changeRequestRoutes } from './change-requests.ts';
import { deliveryRoutes } from './delivery.ts';
import { healthRoutes } from './health.ts';
import { inboxRoutes } from './inbox.ts';
import { invitationMailRoutes, invitationRoutes } from './invitations.ts';
import { organizationAuditRoutes } from './organization-audit.ts';
import { lastLoginRoutes, organizationRoutes, promptCountRoutes } from './organizations.ts';
import { belongingRoutes, profileRoutes } from './profile.ts';
import { promptPayloadRoutes } from './prompt-payloads.ts';
import { promptPolicyRoutes } from './prompt-policies.ts';
import { promptRenderRoutes } from './prompt-renders.ts';
import { promptToolsRoutes } from './prompt-tools.ts';
import { promptVersionRoutes } from './prompt-versions.ts';
import { promptRoutes } from './prompts.ts';
import { teamManagementRoutes, teamRoutes } from './teams.ts';
import { userManagementRoutes } from './user-management.ts';
import { versionCheckRoutes } from './version-checks.ts';

export const routes = {
  ...healthRoutes,
  ...authRoutes,
  ...profileRoutes,
  ...belongingRoutes,
  ...apiKeyRoutes,
  ...organizationRoutes,
  ...organizationAuditRoutes,
  ...teamManagementRoutes,
  ...teamRoutes,
  ...userManagementRoutes,
  ...inboxRoutes,
  ...invitationRoutes,
  ...invitationMailRoutes,
  ...lastLoginRoutes,
  ...promptCountRoutes,
  ...promptRoutes,
  ...promptVersionRoutes,
  ...versionCheckRoutes,
  ...promptPayloadRoutes,
  ...promptPolicyRoutes,
  ...changeRequestRoutes,
  ...promptRenderRoutes,
  ...deliveryRoutes,
  ...promptToolsRoutes,
  ...identityAuditRoutes,
  ...tenancyAuditRoutes,
  ...registryAuditRoutes,
} as const;

/** The name of a route, for example `renderLive`. */
export type OperationId = keyof typeof routes;
