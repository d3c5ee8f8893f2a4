/** Side by side or in one column: remembered in this browser; a phone has room for one column only. */
import { Columns2, Rows2 } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Segments } from '../ui/mod.ts';
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
  return <Segments label="Layout" value={value} onChange={onChange} options={choices} />;
}
