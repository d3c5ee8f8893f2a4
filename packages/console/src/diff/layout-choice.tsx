/** Chooses between a side-by-side and a unified diff. */
import { Columns2, Rows2 } from 'lucide-react';
import { Segments } from '../ui/mod.ts';
import type { DiffLayout } from './layout.ts';

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
