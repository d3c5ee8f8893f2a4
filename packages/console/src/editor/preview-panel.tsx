/** What the template renders to, at every key stroke, with its size. A render that would fail says why, and where. */

import { CircleAlert, Info } from 'lucide-react';
import { Fragment } from 'react';
import { ScrollRegion } from '../diff/mod.ts';
import type { TemplateFault } from '../preview/mod.ts';
import { characterCount, type Preview } from '../preview/mod.ts';
import { withLineFeeds } from '../text/mod.ts';
import { CopyButton, classes } from '../ui/mod.ts';
import { useTokenCount } from './use-token-count.ts';

/** More than this is not drawn: a browser takes seconds for megabytes of text. */
const MOST_SHOWN = 200_000;

export interface PreviewPanelProps {
  readonly preview: Preview;
  /** The output of the last template that was one. */
  readonly lastOutput: string | undefined;
  readonly onGoTo: (fault: TemplateFault) => void;
}

export function PreviewPanel({ preview, lastOutput, onGoTo }: PreviewPanelProps) {
  const { output, fault, missing } = preview;
  const isOutdated = output === undefined && lastOutput !== undefined;
  const text = output ?? lastOutput;
  const isCut = text !== undefined && text.length > MOST_SHOWN;
  // A page takes a lone CR for a space; here it begins a line, as in the editor.
  const shown = text === undefined ? undefined : withLineFeeds(text.slice(0, MOST_SHOWN));
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-3 border-line border-b px-3 py-2">
        <h2 className="font-semibold text-sm">Preview</h2>
        <span className="ml-auto text-faint text-xs tabular-nums">
          <Size text={output} />
        </span>
        {output !== undefined && <CopyButton text={output} label="Copy the output" />}
      </header>
      <Fault fault={fault} missing={missing} onGoTo={onGoTo} />
      <ScrollRegion
        label="Rendered output"
        className="min-h-0 flex-1 overflow-auto px-4 py-3 -outline-offset-2"
      >
        {shown === undefined || shown === '' ? (
          <p className="text-faint text-sm">
            {fault === undefined ? 'The output is empty.' : 'There is no output.'}
          </p>
        ) : (
          <div
            className={classes(
              'whitespace-pre-wrap break-words text-sm leading-6 transition-opacity',
              isOutdated && 'opacity-70',
            )}
          >
            {missing.length > 0 ? <StandIns text={shown} /> : shown}
          </div>
        )}
        {isCut && (
          <p className="mt-3 text-faint text-xs">The rest is not shown here. Copying takes all of it.</p>
        )}
      </ScrollRegion>
    </div>
  );
}

/** Characters and tokens of a text, for the foot of a panel. */
export function Size({ text }: { readonly text: string | undefined }) {
  const tokens = useTokenCount(text);
  if (text === undefined) return null;
  const characters = characterCount(text);
  return (
    <>
      {characters.toLocaleString('en')} {characters === 1 ? 'character' : 'characters'}
      <span aria-hidden="true"> · </span>
      <span title="Counted with the o200k vocabulary; other models count somewhat differently.">
        {tokens === undefined
          ? '… tokens'
          : `≈ ${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`}
      </span>
    </>
  );
}

interface FaultProps {
  readonly fault: TemplateFault | undefined;
  readonly missing: readonly string[];
  readonly onGoTo: (fault: TemplateFault) => void;
}

function Fault({ fault, missing, onGoTo }: FaultProps) {
  if (fault === undefined) return null;
  if (missing.length > 0) {
    return (
      <p
        role="status"
        className="flex items-start gap-2 border-line border-b bg-info-soft px-3 py-2 text-info-ink text-xs"
      >
        <Info aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
        <span className="min-w-0 break-words">
          {missing.length === 1 ? 'A required variable is' : 'Required variables are'} not set:{' '}
          <span className="font-mono">{missing.slice(0, 6).join(', ')}</span>
          {missing.length > 6 && ` and ${missing.length - 6} more`}. A render without{' '}
          {missing.length === 1 ? 'it' : 'them'} fails; the preview shows a stand-in.
        </span>
      </p>
    );
  }
  return (
    <div
      role="status"
      className="flex items-start gap-2 border-line border-b bg-danger-soft px-3 py-2 text-danger-ink text-xs"
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
      <span className="min-w-0 flex-1 break-words">
        {fault.kind === 'syntax' ? 'The template is broken: ' : 'The render fails: '}
        <span className="font-mono">{fault.message}</span>
      </span>
      <button
        type="button"
        onClick={() => onGoTo(fault)}
        className="shrink-0 rounded-sm font-medium underline underline-offset-2"
      >
        Line {fault.line}
      </button>
    </div>
  );
}

function StandIns({ text }: { readonly text: string }) {
  return text.split(/(‹[^›\n]*›)/).map((part, at) =>
    part.startsWith('‹') ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text keep their places
      <mark key={at} className="rounded-sm bg-accent-soft px-0.5 text-accent-ink">
        {part}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text keep their places
      <Fragment key={at}>{part}</Fragment>
    ),
  );
}
