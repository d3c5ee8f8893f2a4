/** A checkbox with its label and hint. */
import * as RadixCheckbox from '@radix-ui/react-checkbox';
import { type ReactNode, useId } from 'react';

export interface CheckboxProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Checkbox({ label, hint, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <RadixCheckbox.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(state) => onChange(state === true)}
        {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
        className="mt-0.5 grid size-4.5 shrink-0 place-items-center rounded-sm border border-control bg-raised data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <RadixCheckbox.Indicator>
          <svg
            viewBox="0 0 12 12"
            aria-hidden="true"
            fill="none"
            className="size-3 stroke-2 stroke-accent-fg"
          >
            <path d="M2.5 6.2l2.4 2.4 4.6-5" strokeLinecap="round" strokeLinejoin="round" />
          </svg>
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
      <div className="min-w-0">
        <label htmlFor={id} className="text-sm">
          {label}
        </label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className="text-faint text-xs">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
