/** Formats a time for people. Not by `Intl`: loading its formats takes a phone longer than rendering the page. */

/** Each unit, and how many of it make up the next one. */
const steps = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
] as const;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Relative within a week, such as `3 hours ago`; otherwise a date. */
export function timeText(timestamp: string, now = Date.now()): string {
  let distance = (Date.parse(timestamp) - now) / 1000;
  if (Math.abs(distance) < 10) return 'just now';
  for (const [unit, next] of steps) {
    if (Math.abs(distance) < next) return distanceText(Math.trunc(distance), unit);
    distance /= next;
  }
  return dateText(new Date(timestamp));
}

/** To the second, in the browser's time zone, such as `Nov 30, 2026, 15:04:05`. */
export function exactTimeText(timestamp: string): string {
  const date = new Date(timestamp);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `${dateText(date)}, ${parts.map((part) => String(part).padStart(2, '0')).join(':')}`;
}

function dateText(date: Date): string {
  return `${months[date.getMonth()]} ${date.getDate()}, ${date.getFullYear()}`;
}

function distanceText(distance: number, unit: (typeof steps)[number][0]): string {
  const count = Math.abs(distance);
  if (unit === 'day' && count === 1) return distance < 0 ? 'yesterday' : 'tomorrow';
  const amount = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return distance < 0 ? `${amount} ago` : `in ${amount}`;
}
