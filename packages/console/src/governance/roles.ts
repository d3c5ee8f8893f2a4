/** Names for the roles in a team and for the permissions of API keys. */
import type { Wire } from '@px0/contracts';
import type { SelectOption } from '../ui/mod.ts';
import type { TeamRole } from '../workspace/mod.ts';

export const roleNames: Readonly<Record<TeamRole, string>> = {
  admin: 'Admin',
  editor: 'Editor',
  viewer: 'Viewer',
};

/** `an admin`, `a viewer`. */
export function withArticle(role: string): string {
  return `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;
}

export const roleOptions: readonly SelectOption<TeamRole>[] = [
  { value: 'admin', label: roleNames.admin, hint: 'Full access, including members' },
  { value: 'editor', label: roleNames.editor, hint: 'Write and promote prompts' },
  { value: 'viewer', label: roleNames.viewer, hint: 'Read and render prompts' },
];

export type KeyOperation = Wire<'APIKey'>['operation'];

export const operationNames: Readonly<Record<KeyOperation, string>> = {
  read_render: 'Read and render',
  all: 'Read, render and write',
  admin: 'Manage',
};

export const operationOptions: readonly SelectOption<KeyOperation>[] = [
  { value: 'read_render', label: operationNames.read_render, hint: 'For applications that use prompts' },
  { value: 'all', label: operationNames.all, hint: 'For tools that also change prompts' },
  {
    value: 'admin',
    label: operationNames.admin,
    hint: 'For tools that manage teams and people. Can also read and render.',
  },
];
