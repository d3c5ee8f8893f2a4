/** A time as text, with the exact time on hover. */
import { exactTimeText, timeText } from './time-text.ts';
import { Tooltip } from './tooltip.tsx';

let exact: Intl.DateTimeFormat | undefined;

export function Time({ timestamp }: { readonly timestamp: string }) {
  return (
    <Tooltip text={<Exact timestamp={timestamp} />}>
      <time dateTime={timestamp} className="whitespace-nowrap">
        {timeText(timestamp)}
      </time>
    </Tooltip>
  );
}

/** For logs: the time to the second as text, with the distance and the time in UTC on hover. */
export function ExactTime({ timestamp }: { readonly timestamp: string }) {
  return (
    <Tooltip text={`${timeText(timestamp)} (${timestamp})`}>
      <time dateTime={timestamp} className="whitespace-nowrap tabular-nums">
        {exactTimeText(timestamp)}
      </time>
    </Tooltip>
  );
}

/** Rendered on demand: a list has many of them, and the format is slow to create. */
function Exact({ timestamp }: { readonly timestamp: string }) {
  exact ??= new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
  return exact.format(Date.parse(timestamp));
}
