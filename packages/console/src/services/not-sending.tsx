/** Says which services do not send what a version requires in addition. */
import { notSent, notSentText } from '@px0/input-contract/not-sent';
import { useState } from 'react';
import type { PromptService } from './used-by-rows.ts';

export interface NotSendingProps {
  readonly breaks: readonly string[];
  readonly services: readonly PromptService[];
}

/** Nothing where all send it, or px0 does not know. */
export function NotSending({ breaks, services }: NotSendingProps) {
  const [now] = useState(() => new Date());
  const reports = services.map((one) => ({ ...one, lastSeenAt: new Date(one.last_seen_at) }));
  const text = notSentText(notSent(breaks, reports, now));
  if (text === '') return null;
  // What stands between backticks is the name of a variable.
  const parts = text.split('`');
  return (
    <p className="mt-1.5 break-words">
      {parts.map((part, at) =>
        at % 2 === 0 ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts never change places
          <code key={at} className="break-all font-mono text-[0.92em]">
            {part}
          </code>
        ),
      )}
      .
    </p>
  );
}
