/** A select: a choice among named values. */
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import { classes } from '../outline/mod.ts';
import { Field } from './plain/field.tsx';
import type { SelectOption, SelectPartProps } from './popup-props.ts';
import { usePopups } from './popups.ts';

export interface SelectProps<Value extends string> {
  readonly label: ReactNode;
  readonly labelHidden?: boolean;
  readonly hint?: ReactNode;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly SelectOption<Value>[];
  readonly disabled?: boolean;
  readonly size?: 'sm' | 'md';
  readonly placeholder?: string;
  readonly className?: string;
}

const triggerClasses = (size: 'sm' | 'md', className: string | undefined): string =>
  classes(
    'inline-flex items-center justify-between gap-2 rounded-md border border-line-strong bg-raised text-left shadow-low transition-colors hover:bg-hover disabled:opacity-60 data-[placeholder]:text-faint',
    size === 'sm' ? 'h-7 px-2 text-xs' : 'h-9 px-2.5 text-sm',
    className,
  );

/** Radix renders the items even while the list is closed, so the list is created on first use: a page may have one in each row. */
export function Select<Value extends string>({
  label,
  labelHidden = false,
  hint,
  size = 'md',
  className,
  ...rest
}: SelectProps<Value>) {
  const id = useId();
  const [wasOpened, setWasOpened] = useState(false);
  const popups = usePopups(wasOpened);
  const trigger = {
    id,
    className: triggerClasses(size, className),
    ...(hint !== undefined && { 'aria-describedby': `${id}-hint` }),
  };
  return (
    <Field id={id} label={label} labelHidden={labelHidden} hint={hint}>
      {popups === undefined ? (
        <UnopenedSelect trigger={trigger} onOpen={() => setWasOpened(true)} {...rest} />
      ) : (
        <popups.OpenedSelect trigger={trigger} {...rest} />
      )}
    </Field>
  );
}

/** Looks and behaves like the closed list's trigger. */
function UnopenedSelect<Value extends string>({
  trigger,
  value,
  options,
  disabled = false,
  placeholder,
  onOpen,
}: SelectPartProps<Value> & { readonly onOpen: () => void }) {
  // A click on the label also clicks the button, but should only focus it.
  const isPressed = useRef(false);
  const chosen = options.find((option) => option.value === value);
  return (
    <button
      {...trigger}
      type="button"
      role="combobox"
      aria-expanded={false}
      aria-autocomplete="none"
      data-state="closed"
      data-placeholder={chosen === undefined ? '' : undefined}
      disabled={disabled}
      onPointerDown={() => {
        isPressed.current = true;
      }}
      onClick={() => {
        if (isPressed.current) onOpen();
        isPressed.current = false;
      }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        if (!['Enter', 'ArrowUp', 'ArrowDown'].includes(event.key) && event.key.length > 1) return;
        event.preventDefault();
        onOpen();
      }}
    >
      <span className="truncate">{chosen?.label ?? placeholder}</span>
      <ChevronDown aria-hidden="true" className="size-3.5 text-faint" />
    </button>
  );
}
