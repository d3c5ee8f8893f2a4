/** A choice among a few named values. */
import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import { type ReactNode, useId } from 'react';
import { classes } from '../outline/mod.ts';
import { Field } from './field.tsx';
import { styleNonce } from './style-nonce.ts';

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
  readonly disabled?: boolean;
}

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

export function Select<Value extends string>({
  label,
  labelHidden = false,
  hint,
  value,
  onChange,
  options,
  disabled = false,
  size = 'md',
  placeholder,
  className,
}: SelectProps<Value>) {
  const id = useId();
  const choose = (chosen: string): void => {
    const option = options.find((candidate) => candidate.value === chosen);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <Field id={id} label={label} labelHidden={labelHidden} hint={hint}>
      <Radix.Root value={value} onValueChange={choose} disabled={disabled}>
        <Radix.Trigger
          id={id}
          {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
          className={classes(
            'inline-flex items-center justify-between gap-2 rounded-md border border-line-strong bg-raised text-left shadow-low transition-colors hover:bg-hover disabled:opacity-60 data-[placeholder]:text-faint',
            size === 'sm' ? 'h-7 px-2 text-xs' : 'h-9 px-2.5 text-sm',
            className,
          )}
        >
          <span className="truncate">
            <Radix.Value placeholder={placeholder} />
          </span>
          <Radix.Icon>
            <ChevronDown aria-hidden="true" className="size-3.5 text-faint" />
          </Radix.Icon>
        </Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            position="popper"
            sideOffset={4}
            collisionPadding={8}
            className="z-50 max-h-80 min-w-(--radix-select-trigger-width) max-w-[calc(100vw-16px)] animate-pop-in overflow-hidden rounded-lg border border-line bg-raised shadow-high"
          >
            <Radix.Viewport nonce={styleNonce()} className="p-1">
              {options.map((option) => (
                <Radix.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled ?? false}
                  className="relative flex select-none flex-col rounded-md py-1.5 pr-3 pl-8 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover"
                >
                  <Radix.ItemIndicator className="absolute top-2 left-2">
                    <Check aria-hidden="true" className="size-4 text-accent-ink" />
                  </Radix.ItemIndicator>
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {option.hint !== undefined && <span className="text-faint text-xs">{option.hint}</span>}
                </Radix.Item>
              ))}
            </Radix.Viewport>
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Field>
  );
}
