/** Side by side or in one column: remembered in this browser; a phone has room for one column only. */
import { Columns2, Rows2 } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { classes } from '../ui/mod.ts';
import type { DiffLayout } from './diff-view.tsx';

const wide = () => window.matchMedia('(min-width: 768px)');

export function useIsWide(): boolean {
  return useSyncExternalStore(subscribe, () => wide().matches);
}

function subscribe(listener: () => void): () => void {
  const query = wide();
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

const choices = [
  { value: 'split', label: 'Side by side', icon: Columns2 },
  { value: 'unified', label: 'Unified', icon: Rows2 },
] as const;

export interface LayoutChoiceProps {
  readonly value: DiffLayout;
  readonly onChange: (layout: DiffLayout) => void;
}

export function LayoutChoice({ value, onChange }: LayoutChoiceProps) {
  return (
    <fieldset className="inline-flex h-8 rounded-md border border-line-strong bg-raised p-0.5 shadow-low">
      <legend className="sr-only">Layout</legend>
      {choices.map(({ value: layout, label, icon: Icon }) => (
        <button
          key={layout}
          type="button"
          aria-pressed={value === layout}
          onClick={() => onChange(layout)}
          className={classes(
            'inline-flex items-center gap-1.5 rounded-sm px-2 text-xs transition-colors',
            value === layout ? 'bg-hover font-medium text-fg' : 'text-muted hover:text-fg',
          )}
        >
          <Icon aria-hidden="true" className="size-3.5" />
          {label}
        </button>
      ))}
    </fieldset>
  );
}
