/** Formats a count for a narrow place: `999`, `1.2K`, `35K`, `4M`. Not by `Intl`, for the reason that `timeText` gives. */

const units = ['', 'K', 'M', 'B', 'T'] as const;

export function countText(count: number): string {
  let value = count;
  let unit = 0;
  // What would be rounded to 1,000 is 1 of the next unit.
  while (value >= (unit === 0 ? 1_000 : 999.5) && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 9.95 ? Math.round(value) : Math.round(value * 10) / 10;
  return `${digits}${units[unit]}`;
}
