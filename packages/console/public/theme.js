// Runs before the first paint, so that no page flashes in the other theme's colours. `src/app/theme.ts` writes the choice.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('px0.theme');
  } catch {
    // Storage may be forbidden; the system's theme then applies.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
