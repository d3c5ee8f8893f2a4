// Runs before the first paint: chooses the colours and the outline that are seen first, and asks for the script of the page at once.
(() => {
  const root = document.documentElement;
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      // Storage may be forbidden; the system's theme then applies, and nobody is logged in.
      return null;
    }
  };

  // `src/app/theme.ts` writes the choice and follows the system's from here on.
  const choice = stored('px0.theme');
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';

  // Whether the session still holds is for the API to say; only what is fetched and drawn first depends on it here.
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
