/** A choice among a few values, each with a sentence that explains it. The arrow keys move the choice. */
import { type ReactNode, useId } from 'react';
import { classes } from '../outline/mod.ts';

export interface RadioGroupProps<Value extends string> {
  readonly label: ReactNode;
  readonly labelHidden?: boolean;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly hint: string }[];
}

export function RadioGroup<Value extends string>({
  label,
  labelHidden = false,
  value,
  onChange,
  options,
}: RadioGroupProps<Value>) {
  const id = useId();
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className={labelHidden ? 'sr-only' : 'mb-1.5 font-medium text-sm'}>{label}</legend>
      {options.map((option) => (
        <div
          key={option.value}
          className={classes(
            'relative flex items-start gap-2.5 rounded-lg border p-3 transition-colors',
            option.value === value ? 'border-accent bg-accent-soft' : 'border-line hover:bg-hover',
          )}
        >
          <input
            type="radio"
            id={`${id}-${option.value}`}
            name={id}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            // Of the choice that holds: a dialog focuses it first.
            {...(option.value === value && { 'data-autofocus': '' })}
            aria-describedby={`${id}-${option.value}-hint`}
            className="relative z-10 mt-0.5 size-4 shrink-0 accent-accent"
          />
          <div className="min-w-0">
            <label
              htmlFor={`${id}-${option.value}`}
              className="font-medium text-sm after:absolute after:inset-0"
            >
              {option.label}
            </label>
            <p id={`${id}-${option.value}-hint`} className="text-muted text-xs">
              {option.hint}
            </p>
          </div>
        </div>
      ))}
    </fieldset>
  );
}
