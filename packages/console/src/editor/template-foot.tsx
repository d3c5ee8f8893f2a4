/** The footer of a template: its error, unusual line endings, and its length. */
import { type Body, faultPlace, isChat, type TemplateFault } from '../preview/mod.ts';
import { kindOfEnds, type LineEnd } from '../text/mod.ts';
import { classes } from '../ui/mod.ts';
import { Size } from './preview-panel.tsx';

export interface TemplateFootProps {
  readonly body: Body;
  readonly fault: TemplateFault | undefined;
  readonly onGoTo: (fault: TemplateFault) => void;
}

export function TemplateFoot({ body, fault, onGoTo }: TemplateFootProps) {
  return (
    <footer className="flex min-h-8 items-center gap-3 border-line border-t bg-panel px-3 py-1 text-xs">
      <span role="status" className="min-w-0 flex-1">
        {fault === undefined ? (
          <span className="text-faint">No errors</span>
        ) : (
          <button
            type="button"
            onClick={() => onGoTo(fault)}
            className={classes(
              'max-w-full truncate rounded-sm text-left hover:underline',
              fault.kind === 'syntax' ? 'text-danger-ink' : 'text-warning-ink',
            )}
          >
            {isChat(body) ? faultPlace(fault) : `${fault.line}:${fault.column}`} {fault.message}
          </button>
        )}
      </span>
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
