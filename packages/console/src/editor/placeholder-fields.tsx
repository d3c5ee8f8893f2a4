/** What a placeholder has: the variable that holds the messages, and whether a render fails without it. */
import type { ChatEntry } from '../preview/mod.ts';
import { Checkbox, TextField } from '../ui/mod.ts';

type Placeholder = Extract<ChatEntry, { readonly placeholder: string }>;

export interface PlaceholderFieldsProps {
  readonly at: number;
  readonly entry: Placeholder;
  readonly isReadOnly: boolean;
  readonly onChange: (entry: Placeholder) => void;
}

export function PlaceholderFields({ at, entry, isReadOnly, onChange }: PlaceholderFieldsProps) {
  const { placeholder, required = false } = entry;
  return (
    <div className="flex flex-wrap items-start gap-x-5 gap-y-3 px-3 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <TextField
          label={`Variable of placeholder ${at + 1}`}
          labelHidden
          mono
          spellCheck={false}
          autoCapitalize="none"
          readOnly={isReadOnly}
          value={placeholder}
          placeholder="history"
          hint="Applications send a list of messages in this variable. px0 passes them on unchanged."
          onChange={(name) => onChange({ ...entry, placeholder: name })}
        />
      </div>
      <div className="pt-1.5">
        <Checkbox
          label="Required"
          hint="Renders fail without it"
          checked={required}
          disabled={isReadOnly}
          onChange={(isRequired) => onChange(isRequired ? { placeholder, required: true } : { placeholder })}
        />
      </div>
    </div>
  );
}
