/** A select whose list was opened. */

import * as Radix from '@radix-ui/react-select';
import { Check, ChevronDown } from 'lucide-react';
import { styleNonce } from '../plain/style-nonce.ts';
import type { SelectPartProps } from '../popup-props.ts';

export function OpenedSelect<Value extends string>({
  trigger,
  value,
  onChange,
  options,
  disabled = false,
  placeholder,
}: SelectPartProps<Value>) {
  const choose = (chosen: string): void => {
    const option = options.find((candidate) => candidate.value === chosen);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <Radix.Root defaultOpen value={value} onValueChange={choose} disabled={disabled}>
      <Radix.Trigger {...trigger}>
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
  );
}
