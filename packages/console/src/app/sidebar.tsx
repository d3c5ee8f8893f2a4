/** The sidebar: organization switcher, navigation, the user's teams and the account menu. */
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, useNavigate, useRouter } from '@tanstack/react-router';
import {
  BookOpen,
  ChartColumn,
  ChevronsUpDown,
  CircleUser,
  FileText,
  Inbox,
  Keyboard,
  KeyRound,
  LogOut,
  type LucideIcon,
  Plus,
  Rocket,
  ScrollText,
  Search,
  Settings,
  SquareTerminal,
  Users,
  UsersRound,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { logOut } from '../account/mod.ts';
import { reading, useUser } from '../api/mod.ts';
import { CreateOrganizationDialog } from '../governance/mod.ts';
import { useFirstSteps } from '../prompts/mod.ts';
import { waitingReading } from '../review/mod.ts';
import { Avatar, Keys, Logo, Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../ui/mod.ts';
import { usePermissions, useWorkspace } from '../workspace/mod.ts';
import { setTheme, type ThemeChoice, useTheme } from './theme.ts';

export interface SidebarProps {
  readonly onSearch: () => void;
  readonly onHelp: () => void;
}

const itemClasses =
  'flex h-8 items-center gap-2.5 rounded-md px-2 text-muted text-sm transition-colors hover:bg-hover hover:text-fg data-[status=active]:bg-hover data-[status=active]:font-medium data-[status=active]:text-fg';

export function Sidebar({ onSearch, onHelp }: SidebarProps) {
  const { organization, myTeams } = useWorkspace();
  // There is no push for new requests, so the badge refreshes once a minute and when the tab gets the focus.
  const joins = useQuery({ ...reading('getAdminInbox'), refetchInterval: 60_000 }).data?.inbox;
  const changes = useQuery({ ...waitingReading(), refetchInterval: 60_000 }).data?.change_requests;
  const start = useFirstSteps();
  const inbox = (joins?.length ?? 0) + (changes?.length ?? 0);
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-col gap-2.5 px-3 pt-3 pb-2">
        <Link to="/prompts" aria-label="px0, go to prompts" className="self-start rounded-md px-1.5 py-1">
          <Logo />
        </Link>
        <OrganizationSwitcher />
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 items-center gap-2 rounded-md border border-line bg-raised px-2 text-faint text-sm shadow-low transition-colors hover:border-line-strong"
        >
          <Search aria-hidden="true" className="size-3.5" />
          <span className="flex-1 text-left">Search</span>
          <Keys combination="mod+k" />
        </button>
      </div>
      <nav aria-label="Main" className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-3 py-2">
        <ul className="flex flex-col gap-0.5">
          <Item icon={FileText} link={{ to: '/prompts' }}>
            Prompts
          </Item>
          <Item icon={ChartColumn} link={{ to: '/usage' }}>
            Usage
          </Item>
          <Item icon={Inbox} link={{ to: '/inbox' }} badge={inbox}>
            Inbox
          </Item>
          {typeof start === 'object' && start.done < start.steps.length && (
            <Item
              icon={Rocket}
              link={{ to: '/get-started' }}
              trailing={`${start.done} of ${start.steps.length}`}
            >
              Get started
            </Item>
          )}
        </ul>
        {organization && (
          <Group title="Organization">
            <Item icon={UsersRound} link={{ to: '/orgs/$orgId/teams', params: { orgId: organization.id } }}>
              Teams
            </Item>
            <Item icon={Users} link={{ to: '/orgs/$orgId/people', params: { orgId: organization.id } }}>
              People
            </Item>
            <Item icon={KeyRound} link={{ to: '/orgs/$orgId/keys', params: { orgId: organization.id } }}>
              API keys
            </Item>
            <Item icon={ScrollText} link={{ to: '/orgs/$orgId/audit', params: { orgId: organization.id } }}>
              Audit log
            </Item>
            <Item icon={Settings} link={{ to: '/orgs/$orgId/settings', params: { orgId: organization.id } }}>
              Settings
            </Item>
          </Group>
        )}
        {myTeams.length > 0 && (
          <Group title="Your teams">
            {myTeams.map((team) => (
              <Item
                key={team.id}
                leading={<Avatar name={team.name} square size="xs" />}
                link={{ to: '/teams/$teamId', params: { teamId: team.id } }}
              >
                {team.name}
              </Item>
            ))}
          </Group>
        )}
        <ul className="mt-auto">
          <li>
            <a href="/docs/" target="_blank" rel="noopener" className={itemClasses}>
              <BookOpen aria-hidden="true" className="size-4 shrink-0" />
              <span className="min-w-0 flex-1 truncate">Documentation</span>
            </a>
          </li>
        </ul>
      </nav>
      <AccountMenu onHelp={onHelp} />
    </div>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h2 className="px-2 pb-1 font-medium text-faint text-xs">{title}</h2>
      <ul className="flex flex-col gap-0.5">{children}</ul>
    </section>
  );
}

interface ItemProps {
  readonly icon?: LucideIcon;
  readonly leading?: ReactNode;
  readonly link: LinkProps;
  readonly badge?: number;
  readonly trailing?: string;
  readonly children: ReactNode;
}

function Item({ icon: Icon, leading, link, badge = 0, trailing, children }: ItemProps) {
  return (
    <li>
      <Link {...link} className={itemClasses}>
        {Icon ? <Icon aria-hidden="true" className="size-4 shrink-0" /> : leading}
        <span className="min-w-0 flex-1 truncate">{children}</span>
        {trailing !== undefined && <span className="text-faint text-xs tabular-nums">{trailing}</span>}
        {badge > 0 && (
          <span className="grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1.5 font-medium text-accent-fg text-xs tabular-nums">
            {badge}
            <span className="sr-only"> pending</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function OrganizationSwitcher() {
  const { organizations, organization, selectOrganization, failure } = useWorkspace();
  const { reason } = usePermissions();
  const [creating, setCreating] = useState(false);
  const router = useRouter();
  const select = async (id: string): Promise<void> => {
    selectOrganization(id);
    // A page about the organization opens for the new one. A team's page has no counterpart, so the team list opens.
    const { pathname } = router.state.location;
    const page = /^\/orgs\/[^/]+\/(\w+)/.exec(pathname)?.[1] ?? (pathname.startsWith('/teams/') && 'teams');
    if (page !== false) await router.navigate({ href: `/orgs/${id}/${page}` });
    // The list's team and folder are the other organization's.
    else if (pathname === '/prompts') await router.navigate({ to: '/prompts', search: {} });
    else if (pathname === '/usage') await router.navigate({ to: '/usage', search: {} });
  };
  return (
    <>
      <Menu
        align="start"
        className="w-56"
        trigger={
          <button
            type="button"
            className="flex h-9 items-center gap-2.5 rounded-md px-1.5 text-left transition-colors hover:bg-hover data-[state=open]:bg-hover"
          >
            <Avatar name={organization?.name ?? '–'} square />
            <span className="min-w-0 flex-1 truncate font-medium text-sm">
              <span className="sr-only">Organization: </span>
              {organization?.name ?? (failure === undefined ? 'None' : 'Not available')}
            </span>
            <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
          </button>
        }
      >
        <MenuLabel>Organizations</MenuLabel>
        <MenuChoice
          value={organization?.id ?? ''}
          onChange={(id) => void select(id)}
          options={organizations.map(({ id, name, role }) => ({
            value: id,
            label: name,
            hint: role === 'ADMIN' ? 'Admin' : 'Member',
          }))}
        />
        <MenuSeparator />
        <MenuItem icon={Plus} onSelect={() => setCreating(true)} disabledReason={reason('createOrg')}>
          New organization
        </MenuItem>
      </Menu>
      <CreateOrganizationDialog open={creating} onOpenChange={setCreating} />
    </>
  );
}

const themes: readonly { readonly value: ThemeChoice; readonly label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

function AccountMenu({ onHelp }: { readonly onHelp: () => void }) {
  const user = useUser();
  const theme = useTheme();
  return (
    <div className="border-line border-t p-2">
      <Menu
        side="top"
        align="start"
        className="w-56"
        trigger={
          <button
            type="button"
            className="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-left transition-colors hover:bg-hover data-[state=open]:bg-hover"
          >
            <Avatar name={user.email} />
            <span className="min-w-0 flex-1 truncate text-sm">
              <span className="sr-only">Account: </span>
              {user.email}
            </span>
            <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
          </button>
        }
      >
        <AccountLinks onHelp={onHelp} />
        <MenuSeparator />
        <MenuLabel>Theme</MenuLabel>
        <MenuChoice value={theme} onChange={setTheme} options={themes} />
        <MenuSeparator />
        <MenuItem icon={LogOut} onSelect={() => void logOut()}>
          Log out
        </MenuItem>
      </Menu>
    </div>
  );
}

function AccountLinks({ onHelp }: { readonly onHelp: () => void }) {
  const navigate = useNavigate();
  return (
    <>
      <MenuItem icon={CircleUser} onSelect={() => void navigate({ to: '/account' })}>
        Your account
      </MenuItem>
      <MenuItem icon={Keyboard} onSelect={onHelp} shortcut="?">
        Keyboard shortcuts
      </MenuItem>
      <MenuItem
        icon={SquareTerminal}
        onSelect={() => window.open('/docs/api-reference/', '_blank', 'noopener')}
      >
        API reference
      </MenuItem>
    </>
  );
}
