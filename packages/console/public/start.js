// Runs before the first paint: sets the theme, chooses the outline to show first, preloads the page's scripts, and asks for what it reads.
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
  const none = { files: [], frame: [], inside: {}, entrance: {}, readings: { frame: [], pages: {} } };
  const { files, frame, inside, entrance, readings } = table ? JSON.parse(table) : none;
  const path = location.pathname === '/' ? '/prompts' : location.pathname;
  const patternIn = (pages) =>
    Object.keys(pages).find((one) => new RegExp(`^${one.replace(/\$\w+/g, '[^/]+')}/?$`).test(path));
  const ownFiles = entrance[patternIn(entrance)];
  const isInside = hasSession && ownFiles === undefined;
  const page = patternIn(inside);
  root.dataset.first = isInside ? 'inside' : 'entrance';
  root.dataset.page = page ?? '';
  const needed = isInside ? [...frame, ...(inside[page] ?? [])] : (ownFiles ?? entrance['/login'] ?? []);
  for (const index of new Set(needed)) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = `/${files[index]}`;
    document.head.append(link);
  }
  if (!isInside) return;

  // `src/api/answers-ahead.ts` takes the answers.
  const token = /"token":"([\w.~+/=-]+)"/.exec(stored('px0.session'))?.[1];
  if (token === undefined) return;
  const names = [...(page ?? '').matchAll(/\$\w+/g)].map(([name]) => name);
  const values = path.split('/').filter((_part, place) => page?.split('/')[place]?.startsWith('$'));
  const filled = (address) =>
    names.reduce((text, name, place) => text.replace(name, () => values[place]), address);
  const headers = { 'px0-client': 'console', authorization: `Bearer ${token}` };
  const ask = (address) => {
    const answer = fetch(address, { headers });
    // Who takes it sees the failure.
    answer.catch(() => undefined);
    return [address, answer];
  };
  const addresses = [...readings.frame, ...(readings.pages[page] ?? [])].map(filled);
  window.px0Ahead = { token, answers: new Map(addresses.map(ask)) };
})();
