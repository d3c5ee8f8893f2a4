/** Keeps unsaved text in this browser until it is saved: after a template error, a conflict, a lost connection or a closed tab. */

export interface KeptText {
  readonly text: string;
  /** The saved text that it builds on. */
  readonly base: string;
}

const keyOf = (promptId: string, version: number) => `px0.draft.${promptId}.${version}`;

export function keptText(promptId: string, version: number): KeptText | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(promptId, version)) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('text' in kept) || !('base' in kept)) return undefined;
    const { text, base } = kept;
    return typeof text === 'string' && typeof base === 'string' ? { text, base } : undefined;
  } catch {
    return undefined;
  }
}

export function keepText(promptId: string, version: number, kept: KeptText): void {
  try {
    localStorage.setItem(keyOf(promptId, version), JSON.stringify(kept));
  } catch {
    // The browser's storage is full, but the editor still has the text.
  }
}

export function dropText(promptId: string, version: number): void {
  localStorage.removeItem(keyOf(promptId, version));
}
