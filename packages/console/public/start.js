// Runs before the first paint: sets the theme, chooses the outline to show first, and preloads the page's scripts.
(() => {
  const root = document.documentElement;
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      // Storage may be blocked: the system's theme then applies, and there is no session.
      return null;
    }
  };

  // `src/app/theme.ts` stores the choice, and follows the system's theme from here on.
  const choice = stored('px0.theme');
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';

  // Only the API knows whether the session is still valid. Here it decides what to fetch and show first.
  const hasSession = stored('px0.session') !== null;
  const table = document.querySelector('meta[name="px0-pages"]')?.content;
  const { files, frame, inside, entrance } = table
    ? JSON.parse(table)
    : { files: [], frame: [], inside: {}, entrance: {} };
  const path = location.pathname === '/' ? '/prompts' : location.pathname;
  const filesOf = (pages) => {
    const fits = ([pattern]) => new RegExp(`^${pattern.replace(/\$\w+/g, '[^/]+')}/?$`).test(path);
    return Object.entries(pages).find(fits)?.[1];
  };
  const ownFiles = filesOf(entrance);
  const isInside = hasSession && ownFiles === undefined;
  root.dataset.first = isInside ? 'inside' : 'entrance';
  const needed = isInside ? [...frame, ...(filesOf(inside) ?? [])] : (ownFiles ?? entrance['/login'] ?? []);
  for (const index of new Set(needed)) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = `/${files[index]}`;
    document.head.append(link);
  }
})();
