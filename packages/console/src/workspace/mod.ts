export { type People, readAddresses, useAddresses, usePeople } from './people.ts';
export { may } from './permissions.ts';
export type { Standing, TeamRole } from './standing.ts';
export {
  enterTeam,
  loadWorkspace,
  type Permissions,
  useOrgTeams,
  usePermissions,
  usePresentOrganization,
  useWorkspace,
  type Workspace,
  WorkspaceProvider,
  type WorkspaceTeam,
} from './workspace.tsx';
