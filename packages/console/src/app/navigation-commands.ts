/** The commands that are available everywhere: navigation, theme, logging out. */
import type { UseNavigateResult } from '@tanstack/react-router';
import {
  BookOpen,
  ChartColumn,
  CircleUser,
  FileText,
  Inbox,
  KeyRound,
  LogOut,
  Monitor,
  Moon,
  ScrollText,
  Settings,
  SquareTerminal,
  Sun,
  Users,
  UsersRound,
} from 'lucide-react';
import { logOut } from '../account/mod.ts';
import type { Command } from '../commands/mod.ts';
import type { ThemeChoice } from './theme.ts';

interface Context {
  readonly navigate: UseNavigateResult<string>;
  readonly organizationId: string | undefined;
  readonly setTheme: (theme: ThemeChoice) => void;
}

const themes = [
  { choice: 'light', icon: Sun },
  { choice: 'dark', icon: Moon },
  { choice: 'system', icon: Monitor },
] as const;

export function navigationCommands({ navigate, organizationId, setTheme }: Context): Command[] {
  const group = 'Go to';
  const commands: Command[] = [
    {
      id: 'go-prompts',
      group,
      label: 'Prompts',
      icon: FileText,
      shortcut: 'g p',
      run: () => navigate({ to: '/prompts' }),
    },
    {
      id: 'go-usage',
      group,
      label: 'Usage',
      icon: ChartColumn,
      shortcut: 'g u',
      keywords: 'renders failures unused statistics',
      run: () => navigate({ to: '/usage' }),
    },
    {
      id: 'go-inbox',
      group,
      label: 'Inbox',
      icon: Inbox,
      shortcut: 'g i',
      run: () => navigate({ to: '/inbox' }),
    },
  ];
  if (organizationId !== undefined) {
    const params = { orgId: organizationId };
    commands.push(
      {
        id: 'go-teams',
        group,
        label: 'Teams',
        icon: UsersRound,
        shortcut: 'g t',
        run: () => navigate({ to: '/orgs/$orgId/teams', params }),
      },
      {
        id: 'go-people',
        group,
        label: 'People',
        icon: Users,
        shortcut: 'g m',
        keywords: 'members users',
        run: () => navigate({ to: '/orgs/$orgId/people', params }),
      },
      {
        id: 'go-keys',
        group,
        label: 'API keys',
        icon: KeyRound,
        shortcut: 'g k',
        keywords: 'token secret access',
        run: () => navigate({ to: '/orgs/$orgId/keys', params }),
      },
      {
        id: 'go-audit',
        group,
        label: 'Audit log',
        icon: ScrollText,
        shortcut: 'g a',
        keywords: 'history who',
        run: () => navigate({ to: '/orgs/$orgId/audit', params }),
      },
      {
        id: 'go-settings',
        group,
        label: 'Organization settings',
        icon: Settings,
        shortcut: 'g s',
        keywords: 'rename delete',
        run: () => navigate({ to: '/orgs/$orgId/settings', params }),
      },
    );
  }
  commands.push(
    {
      id: 'go-account',
      group,
      label: 'Your account',
      icon: CircleUser,
      keywords: 'profile password email',
      run: () => navigate({ to: '/account' }),
    },
    {
      id: 'go-documentation',
      group,
      label: 'Documentation',
      icon: BookOpen,
      keywords: 'docs guides help',
      run: () => window.open('/docs/', '_blank', 'noopener'),
    },
    {
      id: 'go-api-reference',
      group,
      label: 'API reference',
      icon: SquareTerminal,
      keywords: 'docs openapi operations',
      run: () => window.open('/docs/api-reference/', '_blank', 'noopener'),
    },
    ...themes.map(({ choice, icon }) => ({
      id: `theme-${choice}`,
      group: 'Appearance',
      label: `Theme: ${choice}`,
      icon,
      run: () => setTheme(choice),
    })),
    {
      id: 'log-out',
      group: 'Session',
      label: 'Log out',
      icon: LogOut,
      keywords: 'sign out leave',
      run: logOut,
    },
  );
  return commands;
}
