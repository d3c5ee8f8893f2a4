/** Starts the console in the page. */
import './styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { sessions } from './api/mod.ts';
// Follows the system's theme, also before the login.
import './app/theme.ts';
import { queryClient } from './app/query-client.ts';
import { router } from './app/router.tsx';
import { styleNonce, Toaster } from './ui/mod.ts';

// Dialogs keep the page from scrolling by a style element.
setNonce(styleNonce());

window.addEventListener('storage', sessions.follow);

/** The guard of the present page decides where to go. What one person has read is not for the next. */
async function follow(before: string | undefined): Promise<void> {
  await router.invalidate();
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
const app = (
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>
  </StrictMode>
);
// Until the first page is there, what the file of the page shows stays. Drawing it as a transition leaves the browser free in between.
void router.load().finally(() => startTransition(() => createRoot(root).render(app)));
