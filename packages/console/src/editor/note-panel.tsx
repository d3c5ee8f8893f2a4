/** Why the version was made. It is part of the draft, and shown with the version from then on. */
import { LONGEST_NOTE, noteLength } from '../prompts/mod.ts';
import { TextArea } from '../ui/mod.ts';

export interface NotePanelProps {
  readonly note: string;
  readonly isReadOnly: boolean;
  readonly onChange: (note: string) => void;
}

export function NotePanel({ note, isReadOnly, onChange }: NotePanelProps) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-4">
      <TextArea
        label="Note on this version"
        rows={6}
        maxLength={LONGEST_NOTE}
        readOnly={isReadOnly}
        value={note}
        onChange={onChange}
        placeholder={
          isReadOnly ? 'No note' : 'Shorter answers, because customers did not read them to the end'
        }
        hint={
          isReadOnly
            ? 'Why this version was made.'
            : `Why you made this version, for people who read it later. ${noteLength(note)}`
        }
      />
    </div>
  );
}
