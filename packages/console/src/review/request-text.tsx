/**
 * What somebody wrote about a change, as text. Nothing of it becomes markup but addresses of the web, which are links that lend the other
 * side neither reputation nor this window.
 */
import { Fragment } from 'react';

// An address ends before the punctuation of its sentence.
const address = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?')\]}])/;

export function RequestText({ children }: { readonly children: string }) {
  return (
    <p className="whitespace-pre-line break-words text-sm">
      {children.split(address).map((part, at) => {
        const key = `${at} ${part}`;
        return at % 2 === 1 ? (
          <a
            key={key}
            href={part}
            target="_blank"
            rel="nofollow noopener"
            className="underline underline-offset-2"
          >
            {part}
          </a>
        ) : (
          <Fragment key={key}>{part}</Fragment>
        );
      })}
    </p>
  );
}
