/** The footer of a template: its error, unusual line endings, and its length. */
import { type Body, faultPlace, faultText, isChat, type TemplateFault } from '../preview/mod.ts';
import { kindOfEnds, type LineEnd } from '../text/mod.ts';
import { classes } from '../ui/mod.ts';
import { Size } from './preview-panel.tsx';

export interface TemplateFootProps {
  readonly body: Body;
  readonly faults: readonly TemplateFault[];
  readonly onGoTo: (fault: TemplateFault) => void;
  /** Puts what was probably meant in its place. Undefined if the text is read-only. */
  readonly onApply: ((fault: TemplateFault) => void) | undefined;
}

export function TemplateFoot({ body, faults, onGoTo, onApply }: TemplateFootProps) {
  return (
    <footer className="flex min-h-8 items-center gap-3 border-line border-t bg-panel px-3 py-1 text-xs">
      <div role="status" className="min-w-0 flex-1">
        {faults.length === 0 ? (
          <span className="text-faint">No errors</span>
        ) : (
          <FaultList body={body} faults={faults} onGoTo={onGoTo} onApply={onApply} />
        )}
      </div>
      {isChat(body) ? (
        <span className="shrink-0 text-faint tabular-nums max-sm:hidden">
          {body.messages.length} of at most 100
        </span>
      ) : (
        <>
          <LineEnds text={body.template} />
          <span className="shrink-0 text-faint tabular-nums max-sm:hidden">
            <Size text={body.template} />
          </span>
        </>
      )}
    </footer>
  );
}

function FaultList({ body, faults, onGoTo, onApply }: TemplateFootProps) {
  return (
    <ul
      aria-label={faults.length === 1 ? '1 problem' : `${faults.length} problems`}
      className="flex max-h-24 flex-col overflow-y-auto"
    >
      {faults.map((fault) => (
        <li key={`${keyOf(fault)} ${fault.message}`} className="flex min-h-6 items-center gap-2">
          <button
            type="button"
            onClick={() => onGoTo(fault)}
            className={classes(
              'min-w-0 truncate rounded-sm text-left hover:underline',
              fault.kind === 'syntax' ? 'text-danger-ink' : 'text-warning-ink',
            )}
          >
            {isChat(body) ? faultPlace(fault) : `${fault.line}:${fault.column}`}{' '}
            {onApply === undefined ? faultText(fault) : fault.message}
          </button>
          {fault.suggestion !== undefined && onApply !== undefined && (
            <button
              type="button"
              onClick={() => onApply(fault)}
              className="min-h-6 max-w-48 shrink-0 truncate rounded-sm border border-line bg-canvas px-1.5 text-muted hover:text-fg"
            >
              Use <span className="font-mono">{fault.suggestion}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function keyOf({ at, line, column }: TemplateFault): string {
  return `${at?.entry}.${at?.part} ${line}:${column}`;
}

const names: { readonly [Kind in Exclude<LineEnd, '\n'> | 'mixed']: string } = {
  '\r\n': 'CRLF line endings',
  '\r': 'CR line endings',
  mixed: 'Mixed line endings',
};

/** Renders nothing for LF. */
function LineEnds({ text }: { readonly text: string }) {
  const kind = kindOfEnds(text);
  if (kind === undefined || kind === '\n') return null;
  return (
    <span
      title="px0 keeps the line endings that you don’t edit. A new line gets the ending of the line it was split from."
      className="shrink-0 text-faint"
    >
      {names[kind]}
    </span>
  );
}
