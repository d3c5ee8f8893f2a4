/** Switches between the panels of the editor on a narrow screen, which shows one at a time. */
import { classes } from '../ui/mod.ts';

export type Pane = 'template' | 'variables' | 'preview';

export interface PaneChoiceProps {
  readonly pane: Pane;
  readonly onChange: (pane: Pane) => void;
  readonly hasFault: boolean;
  readonly missing: number;
}

export function PaneChoice({ pane, onChange, hasFault, missing }: PaneChoiceProps) {
  const panes = [
    { value: 'template', label: 'Template', mark: hasFault ? 'has an error' : undefined },
    { value: 'variables', label: 'Variables', mark: missing > 0 ? `${missing} missing` : undefined },
    { value: 'preview', label: 'Preview', mark: undefined },
  ] as const;
  return (
    <fieldset className="grid grid-cols-3 border-line border-b lg:hidden">
      <legend className="sr-only">Panel</legend>
      {panes.map(({ value, label, mark }) => (
        <button
          key={value}
          type="button"
          aria-pressed={pane === value}
          onClick={() => onChange(value)}
          className={classes(
            'inline-flex h-10 items-center justify-center gap-1.5 border-b-2 text-sm -outline-offset-2',
            pane === value ? 'border-fg font-medium' : 'border-transparent text-muted',
          )}
        >
          {label}
          {mark !== undefined && (
            <span className="size-1.5 rounded-full bg-warning">
              <span className="sr-only">{mark}</span>
            </span>
          )}
        </button>
      ))}
    </fieldset>
  );
}
