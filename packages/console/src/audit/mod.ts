/** The audit of an organization: what its three services have written down, as one list. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../frame/mod.ts';
import { auditSearch } from './audit-search.ts';

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
});

export const auditRoutes = [auditRoute] as const;
