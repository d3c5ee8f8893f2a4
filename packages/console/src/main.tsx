/** Starts the console in the page. */
import './styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { sessions } from './api/mod.ts';
// Follows the system's theme, even before the login.
import './app/theme.ts';
import { queryClient } from './app/query-client.ts';
import { router } from './app/router.tsx';
import { styleNonce, Toaster } from './ui/mod.ts';

// Dialogs add a style element that stops the page from scrolling.
setNonce(styleNonce());

window.addEventListener('storage', sessions.follow);

/** Lets the guard of the current page decide where to go, and clears what the previous user has read. */
async function follow(before: string | undefined): Promise<void> {
  await router().invalidate();
  if (before !== undefined) queryClient.clear();
}

let account = sessions.session?.user.id;
sessions.subscribe(() => {
  const now = sessions.session?.user.id;
  if (now === account) return;
  const before = account;
  account = now;
  void follow(before);
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

/** The outline in `index.html` stays until the first page is ready. Rendering it as a transition does not block the browser. */
async function start(container: HTMLElement): Promise<void> {
  // Evaluating the scripts, making the router and beginning the page are three tasks. In one, they would block a phone for as long as all.
  await nextTask();
  const made = router();
  await nextTask();
  await made.load().catch(() => undefined);
  const app = (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={made} />
        <Toaster />
      </QueryClientProvider>
    </StrictMode>
  );
  startTransition(() => createRoot(container).render(app));
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

void start(root);
