/** The roles in a team, and the operations of keys, in words. */
import type { Wire } from '@px0/contracts';
import type { SelectOption } from '../ui/mod.ts';
import type { TeamRole } from '../workspace/mod.ts';

export const roleNames: Readonly<Record<TeamRole, string>> = {
  admin: 'Admin',
  editor: 'Editor',
  viewer: 'Viewer',
};

export const roleOptions: readonly SelectOption<TeamRole>[] = [
  { value: 'admin', label: roleNames.admin, hint: 'Everything, and decides who is in the team' },
  { value: 'editor', label: roleNames.editor, hint: 'Writes and promotes prompts' },
  { value: 'viewer', label: roleNames.viewer, hint: 'Reads and renders' },
];

export type KeyOperation = Wire<'APIKey'>['operation'];

export const operationNames: Readonly<Record<KeyOperation, string>> = {
  read_render: 'Read and render',
  all: 'Read, render and write',
  admin: 'Manage',
};

export const operationOptions: readonly SelectOption<KeyOperation>[] = [
  { value: 'read_render', label: operationNames.read_render, hint: 'For applications that use prompts' },
  { value: 'all', label: operationNames.all, hint: 'For tools that change prompts, too' },
  {
    value: 'admin',
    label: operationNames.admin,
    hint: 'For tools that manage teams and people; reads and renders',
  },
];
