/** A tiny chart of a row of numbers. The text beside it says what matters, so it is hidden from screen readers. */
import { useMemo } from 'react';
import { sparkPath } from './spark-path.ts';

const size = { width: 90, height: 18 };

export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const path = useMemo(() => sparkPath(values, size), [values]);
  return (
    <svg aria-hidden="true" width={size.width} height={size.height} className="block text-accent">
      <path d={`M0 ${size.height - 0.5}h${size.width}`} className="stroke-line" />
      <path d={path} fill="currentColor" />
    </svg>
  );
}
