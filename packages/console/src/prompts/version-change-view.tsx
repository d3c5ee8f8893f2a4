/** What a version changed, on its card: how many lines, the first of them, and the way to the whole diff. */
import { Link } from '@tanstack/react-router';
import { classes } from '../ui/mod.ts';
import type { VersionChange } from './version-change.ts';

/** More than fits into a line of any window. */
const LONGEST_LINE = 400;

export interface VersionChangeViewProps {
  readonly promptId: string;
  readonly version: number;
  readonly change: VersionChange;
}

export function VersionChangeView({ promptId, version, change }: VersionChangeViewProps) {
  const { base, text, others } = change;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="flex flex-wrap items-baseline gap-x-2 text-muted text-xs">
        <Link
          to="/prompts/$promptId/compare"
          params={{ promptId }}
          search={{ from: base, to: version }}
          className="relative rounded-sm underline decoration-line-strong underline-offset-2 hover:text-fg"
        >
          {text === undefined ? (
            <>Same text as version {base}</>
          ) : (
            <>
              <span className="font-mono text-success-ink tabular-nums">
                +{text.added}
                <span className="sr-only"> lines added,</span>
              </span>{' '}
              <span className="font-mono text-danger-ink tabular-nums">
                −{text.removed}
                <span className="sr-only"> lines removed</span>
              </span>{' '}
              since version {base}
            </>
          )}
        </Link>
        {others.length > 0 && <span>Changed too: {others.join(', ')}</span>}
      </p>
      {text !== undefined && (
        <div className="flex flex-col font-mono text-xs leading-5">
          <Line sign="−" words="removed: " text={text.first.before} className="text-danger-ink" />
          <Line sign="+" words="added: " text={text.first.after} className="text-success-ink" />
        </div>
      )}
    </div>
  );
}

interface LineProps {
  readonly sign: string;
  readonly words: string;
  readonly text: string | undefined;
  readonly className: string;
}

function Line({ sign, words, text, className }: LineProps) {
  if (text === undefined) return null;
  return (
    <p className="flex min-w-0 gap-1.5 text-muted">
      <span aria-hidden="true" className={classes('shrink-0 select-none', className)}>
        {sign}
      </span>
      <span className="sr-only">{words}</span>
      <span className="truncate">{text.trim() === '' ? 'A blank line' : text.slice(0, LONGEST_LINE)}</span>
    </p>
  );
}
