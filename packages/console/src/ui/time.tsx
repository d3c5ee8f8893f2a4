/** A point in time as people say it, with the exact one on hover. */
import { timeText } from './time-text.ts';
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

/** Drawn when it is asked for: a list has many of them, and the format takes long to make. */
function Exact({ timestamp }: { readonly timestamp: string }) {
  exact ??= new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
  return exact.format(Date.parse(timestamp));
}
