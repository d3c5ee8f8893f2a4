/** Whether a login leads to an invitation. */
export function isInvitation(path: string | undefined): boolean {
  return path !== undefined && /^\/invitation(?:[?#]|$)/.test(path);
}

/** Whether a login may continue to this path. Only paths of this console: a crafted link must not redirect to another site. */
export function inside(path: string): boolean {
  if (!path.startsWith('/')) return false;
  const base = 'https://console.invalid';
  try {
    return new URL(path, base).origin === base;
  } catch {
    return false;
  }
}
