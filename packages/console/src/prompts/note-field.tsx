/** Asks why a version changes its status. The note stays with that step: in the timeline, the activity and the list of prompts. */
import { TextArea } from '../ui/mod.ts';

/** As many characters as px0 keeps. */
export const LONGEST_NOTE = 2_000;

/** How many characters a note has, and how many it may have. */
export function noteLength(note: string): string {
  return `${note.length.toLocaleString('en')} of ${LONGEST_NOTE.toLocaleString('en')} characters.`;
}

export interface NoteFieldProps {
  readonly note: string;
  readonly onChange: (note: string) => void;
}

export function NoteField({ note, onChange }: NoteFieldProps) {
  return (
    <TextArea
      label="Note (optional)"
      rows={2}
      maxLength={LONGEST_NOTE}
      value={note}
      onChange={onChange}
      placeholder="Why you are making this change"
      hint={`Shown with this step. ${noteLength(note)}`}
    />
  );
}
