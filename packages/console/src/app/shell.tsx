/** The layout of the pages behind the login: the sidebar (a drawer on phones) and the page. */
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { Keyboard, Menu as MenuIcon, Search } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { outdated } from '../api/mod.ts';
import { HelpSheet, Palette, useCommands, useShortcutKeys } from '../commands/mod.ts';
import { PageFailure, PageSkeleton } from '../frame/mod.ts';
import { usePromptSource } from '../prompts/mod.ts';
import { Drawer, IconButton, Logo, loadPopupsOnSign, useIsWide } from '../ui/mod.ts';
import { useWorkspace, WorkspaceProvider } from '../workspace/mod.ts';
import { navigationCommands } from './navigation-commands.ts';
import { Sidebar } from './sidebar.tsx';
import { setTheme } from './theme.ts';

export function Shell() {
  return (
    <WorkspaceProvider>
      <Frame />
    </WorkspaceProvider>
  );
}

function Frame() {
  const [overlay, setOverlay] = useState<'palette' | 'help' | 'navigation'>();
  const navigate = useNavigate();
  // On a phone the sidebar is a drawer, which need not render before it is opened.
  const isWide = useIsWide('lg');
  const { organization } = useWorkspace();
  useShortcutKeys();
  useEffect(() => loadPopupsOnSign(), []);
  usePromptSource();
  useCommands([
    {
      id: 'palette',
      group: 'General',
      label: 'Open command palette',
      shortcut: 'mod+k',
      isShortcutOnly: true,
      run: () => setOverlay((now) => (now === 'palette' ? undefined : 'palette')),
    },
    {
      id: 'help',
      group: 'General',
      label: 'Show keyboard shortcuts',
      icon: Keyboard,
      shortcut: '?',
      run: () => setOverlay('help'),
    },
    ...navigationCommands({ navigate, organizationId: organization?.id, setTheme }),
  ]);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => {
    // Close the drawer once the user has chosen a page in it.
    if (path !== '') setOverlay((now) => (now === 'navigation' ? undefined : now));
  }, [path]);
  const close = (open: boolean): void => {
    if (!open) setOverlay(undefined);
  };
  return (
    <div className="min-h-dvh lg:pl-60">
      <a
        href="#main"
        className="sr-only z-50 focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:rounded-md focus:bg-solid focus:px-3 focus:py-2 focus:text-solid-fg"
      >
        Skip to content
      </a>
      {isWide && (
        <aside
          aria-label="Sidebar"
          className="fixed inset-y-0 left-0 hidden w-60 border-line border-r bg-panel lg:block"
        >
          <Sidebar onSearch={() => setOverlay('palette')} onHelp={() => setOverlay('help')} />
        </aside>
      )}
      <header className="sticky top-0 z-30 flex h-13 items-center gap-1 border-line border-b bg-canvas/95 px-2.5 backdrop-blur lg:hidden">
        <IconButton icon={MenuIcon} label="Navigation" onClick={() => setOverlay('navigation')} />
        <Link to="/prompts" aria-label="px0, go to prompts" className="inline-flex rounded-md px-1.5 py-1">
          <Logo />
        </Link>
        <span className="flex-1" />
        <IconButton icon={Search} label="Search" onClick={() => setOverlay('palette')} />
      </header>
      <Drawer open={overlay === 'navigation'} onOpenChange={close} title="Navigation">
        <Sidebar onSearch={() => setOverlay('palette')} onHelp={() => setOverlay('help')} />
      </Drawer>
      <Main path={path} />
      <Suspense>
        {overlay === 'palette' && <Palette open onOpenChange={close} />}
        {overlay === 'help' && <HelpSheet open onOpenChange={close} />}
      </Suspense>
    </div>
  );
}

/** The page. After navigation it takes the focus, so that a screen reader starts at its top. */
function Main({ path }: { readonly path: string }) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <main id="main" ref={main} tabIndex={-1} className="outline-none">
      <Suspense fallback={<PageSkeleton />}>
        <Content />
      </Suspense>
    </main>
  );
}

/** The page, or why organizations and teams, which every page needs, are not known. */
function Content() {
  const { failure } = useWorkspace();
  const queryClient = useQueryClient();
  const router = useRouter();
  const wasAway = useRef(false);
  useEffect(() => {
    // The page itself was loaded, or not, while px0 was away.
    if (failure === undefined && wasAway.current) void router.invalidate();
    wasAway.current = failure !== undefined;
  }, [failure, router]);
  if (failure === undefined) return <Outlet />;
  return <PageFailure error={failure} retry={() => outdated(queryClient, 'listUserOrgs', 'listUserTeams')} />;
}
