/** A segmented control: a choice among a few views, all visible. */
import type { LucideIcon } from 'lucide-react';
import { classes } from '../outline/mod.ts';

export interface SegmentsProps<Value extends string> {
  /** What the user chooses, for screen readers. */
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly icon?: LucideIcon }[];
}

export function Segments<Value extends string>({ label, value, onChange, options }: SegmentsProps<Value>) {
  return (
    <fieldset className="inline-flex rounded-md border border-line-strong bg-raised p-0.5 shadow-low">
      <legend className="sr-only">{label}</legend>
      {options.map(({ value: option, label: name, icon: Icon }) => (
        <button
          key={option}
          type="button"
          aria-pressed={option === value}
          onClick={() => onChange(option)}
          className={classes(
            'inline-flex h-6 items-center gap-1.5 rounded-sm px-2 text-xs transition-colors',
            option === value ? 'bg-hover font-medium text-fg' : 'text-muted hover:text-fg',
          )}
        >
          {Icon && <Icon aria-hidden="true" className="size-3.5" />}
          {name}
        </button>
      ))}
    </fieldset>
  );
}
