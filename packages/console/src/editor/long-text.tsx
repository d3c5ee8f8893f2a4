/** A rendered text as it is, cut where a browser would take too long. */
import { Fragment } from 'react';
import { withLineFeeds } from '../text/mod.ts';

/** Characters shown at most on a page: a browser takes seconds to lay out megabytes of text. */
export const MOST_SHOWN = 200_000;

export interface LongTextProps {
  readonly text: string;
  /** Whether parts like `‹name›` stand for missing values. */
  readonly hasMarks?: boolean;
  readonly mono?: boolean;
  /** Characters shown at most, of several texts on a page. */
  readonly most?: number;
}

export function LongText({ text, hasMarks = false, mono = false, most = MOST_SHOWN }: LongTextProps) {
  // HTML treats a lone CR as a space; the editor starts a new line, and so does the preview.
  const shown = withLineFeeds(text.slice(0, most));
  return (
    <>
      <div
        className={
          mono
            ? 'whitespace-pre-wrap break-words font-mono text-xs leading-5'
            : 'whitespace-pre-wrap break-words text-sm leading-6'
        }
      >
        {hasMarks ? <Marked text={shown} /> : shown}
      </div>
      {text.length > most && (
        <p className="mt-3 text-faint text-xs">
          This text is too long to show in full. Copy the output to get everything.
        </p>
      )}
    </>
  );
}

function Marked({ text }: { readonly text: string }) {
  return text.split(/(‹[^›\n]*›)/).map((part, at) =>
    part.startsWith('‹') ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
      <mark key={at} className="rounded-sm bg-accent-soft px-0.5 text-accent-ink">
        {part}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
      <Fragment key={at}>{part}</Fragment>
    ),
  );
}
