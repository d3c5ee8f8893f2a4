/** Shows the rendered output while the user types, with its size. If the render would fail, shows why and where. */
import { CircleAlert, Info } from 'lucide-react';
import { Fragment } from 'react';
import { ScrollRegion } from '../diff/mod.ts';
import type { TemplateFault } from '../preview/mod.ts';
import { characterCount, type Preview } from '../preview/mod.ts';
import { withLineFeeds } from '../text/mod.ts';
import { CopyButton, classes } from '../ui/mod.ts';
import { useTokenCount } from './use-token-count.ts';

/** Characters shown at most: a browser takes seconds to lay out megabytes of text. */
const MOST_SHOWN = 200_000;

export interface PreviewPanelProps {
  readonly preview: Preview;
  /** The output of the last valid template. */
  readonly lastOutput: string | undefined;
  readonly onGoTo: (fault: TemplateFault) => void;
}

export function PreviewPanel({ preview, lastOutput, onGoTo }: PreviewPanelProps) {
  const { output, fault, missing } = preview;
  const isOutdated = output === undefined && lastOutput !== undefined;
  const text = output ?? lastOutput;
  const isCut = text !== undefined && text.length > MOST_SHOWN;
  // HTML treats a lone CR as a space; the editor starts a new line, and so does the preview.
  const shown = text === undefined ? undefined : withLineFeeds(text.slice(0, MOST_SHOWN));
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-3 border-line border-b px-3 py-2">
        <h2 className="font-semibold text-sm">Preview</h2>
        <span className="ml-auto text-faint text-xs tabular-nums">
          <Size text={output} />
        </span>
        {output !== undefined && <CopyButton text={output} label="Copy output" />}
      </header>
      <Fault fault={fault} missing={missing} onGoTo={onGoTo} />
      <ScrollRegion
        label="Rendered output"
        className="min-h-0 flex-1 overflow-auto px-4 py-3 -outline-offset-2"
      >
        {shown === undefined || shown === '' ? (
          <p className="text-faint text-sm">{fault === undefined ? 'The output is empty.' : 'No output.'}</p>
        ) : (
          <div
            className={classes(
              'whitespace-pre-wrap break-words text-sm leading-6 transition-opacity',
              isOutdated && 'opacity-70',
            )}
          >
            {missing.length > 0 ? <Placeholders text={shown} /> : shown}
          </div>
        )}
        {isCut && (
          <p className="mt-3 text-faint text-xs">
            The output is too long to show in full. Copy it to get everything.
          </p>
        )}
      </ScrollRegion>
    </div>
  );
}

/** The characters and tokens of a text. */
export function Size({ text }: { readonly text: string | undefined }) {
  const tokens = useTokenCount(text);
  if (text === undefined) return null;
  const characters = characterCount(text);
  return (
    <>
      {characters.toLocaleString('en')} {characters === 1 ? 'character' : 'characters'}
      <span aria-hidden="true"> · </span>
      <span title="Counted with the o200k vocabulary. Other models may count differently.">
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
          {missing.length === 1 ? 'Missing required variable' : 'Missing required variables'}:{' '}
          <span className="font-mono">{missing.slice(0, 6).join(', ')}</span>
          {missing.length > 6 && ` and ${missing.length - 6} more`}. Renders fail without{' '}
          {missing.length === 1 ? 'it' : 'them'}. The preview shows placeholders.
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
        {fault.kind === 'syntax' ? 'Template error: ' : 'Render error: '}
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

function Placeholders({ text }: { readonly text: string }) {
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
