/** The team that this browser worked in last, as the default for a new prompt. */
const storageKey = 'px0.team';

export function lastTeam(): string | undefined {
  return localStorage.getItem(storageKey) ?? undefined;
}

export function rememberTeam(id: string): void {
  localStorage.setItem(storageKey, id);
}
