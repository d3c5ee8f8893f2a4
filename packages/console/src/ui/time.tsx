/** A time as text, with the exact time on hover. */
import { dateText } from './date-text.ts';
import { exactTimeText, timeText } from './time-text.ts';
import { Tooltip } from './tooltip.tsx';

const exactText = dateText({ dateStyle: 'medium', timeStyle: 'medium' });

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

/** Rendered on demand: a list has many of them. */
function Exact({ timestamp }: { readonly timestamp: string }) {
  return exactText(Date.parse(timestamp));
}
