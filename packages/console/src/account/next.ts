/** Where a login leads. Only to a path of this console: an address of somebody else's making must not send a person elsewhere. */
export function inside(path: string): boolean {
  if (!path.startsWith('/')) return false;
  const base = 'https://console.invalid';
  try {
    return new URL(path, base).origin === base;
  } catch {
    return false;
  }
}
