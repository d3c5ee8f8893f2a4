/** A point in time as people say it. */
// Formats take long to make, and most pages need one of the two.
let relative: Intl.RelativeTimeFormat | undefined;
let day: Intl.DateTimeFormat | undefined;

/** Each unit with how many of it make the next one. */
const steps = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
] as const;

/** Within a week as a distance, such as `3 hours ago`; otherwise as a date. */
export function timeText(timestamp: string, now = Date.now()): string {
  let distance = (Date.parse(timestamp) - now) / 1000;
  if (Math.abs(distance) < 10) return 'just now';
  for (const [unit, next] of steps) {
    if (Math.abs(distance) < next) {
      relative ??= new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
      return relative.format(Math.trunc(distance), unit);
    }
    distance /= next;
  }
  day ??= new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
  return day.format(Date.parse(timestamp));
}
