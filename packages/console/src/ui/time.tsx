/** A point in time as people say it, with the exact one on hover. */
import { timeText } from './time-text.ts';
import { Tooltip } from './tooltip.tsx';

const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

export function Time({ timestamp }: { readonly timestamp: string }) {
  return (
    <Tooltip text={exact.format(Date.parse(timestamp))}>
      <time dateTime={timestamp} className="whitespace-nowrap">
        {timeText(timestamp)}
      </time>
    </Tooltip>
  );
}
