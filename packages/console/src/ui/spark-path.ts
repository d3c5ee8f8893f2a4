/** The bars of a sparkline as one path: a list has many of them, and one element each costs little. */

export interface SparkSize {
  readonly width: number;
  readonly height: number;
}

/** A value above zero is at least one pixel high, so that a single render among thousands shows. */
export function sparkPath(values: readonly number[], { width, height }: SparkSize): string {
  const highest = Math.max(...values, 1);
  const step = width / Math.max(values.length, 1);
  return values
    .map((value, at) => {
      if (value <= 0) return '';
      const bar = Math.max(1, (value / highest) * height);
      return `M${round(at * step)} ${height}v${round(-bar)}h${round(step * 0.7)}v${round(bar)}z`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
