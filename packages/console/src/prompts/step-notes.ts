/** The notes that people gave when they promoted, demoted or archived versions. */
import type { Wire } from '@px0/contracts';

type Entry = Wire<'PromptAuditEntry'>;
export type StepNote = Entry & { readonly text: string };

const steps: ReadonlySet<string> = new Set(['version.promoted', 'version.demoted', 'version.archived']);

/** By version, the newest step that has a note. `entries`: the newest first. */
export function stepNotes(entries: readonly Entry[]): ReadonlyMap<number, StepNote> {
  const notes = new Map<number, StepNote>();
  for (const { text, ...entry } of entries) {
    const { version } = entry;
    if (text === undefined || version === null || !steps.has(entry.action) || notes.has(version)) continue;
    notes.set(version, { ...entry, text });
  }
  return notes;
}
