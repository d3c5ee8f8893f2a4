export { type People, useAddresses, usePeople } from './people.ts';
export { may } from './permissions.ts';
export type { Standing, TeamRole } from './standing.ts';
export {
  loadWorkspace,
  type Permissions,
  usePermissions,
  usePresentOrganization,
  useWorkspace,
  type Workspace,
  type WorkspaceTeam,
} from './workspace.tsx';
