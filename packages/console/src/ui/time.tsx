/** A point in time as people say it, with the exact one on hover. */
import { Tooltip } from './tooltip.tsx';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });

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
    if (Math.abs(distance) < next) return relative.format(Math.trunc(distance), unit);
    distance /= next;
  }
  return day.format(Date.parse(timestamp));
}

export function Time({ timestamp }: { readonly timestamp: string }) {
  return (
    <Tooltip text={exact.format(Date.parse(timestamp))}>
      <time dateTime={timestamp} className="whitespace-nowrap">
        {timeText(timestamp)}
      </time>
    </Tooltip>
  );
}
