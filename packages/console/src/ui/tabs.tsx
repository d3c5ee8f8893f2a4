/** Tabs. */
import { type KeyboardEvent, type ReactNode, useId } from 'react';
import { classes } from '../outline/mod.ts';

export interface TabItem<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly count?: number | undefined;
  readonly content: ReactNode;
}

export interface TabsProps<Value extends string> {
  /** The name of the tab list, for screen readers. */
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly tabs: readonly TabItem<Value>[];
  readonly className?: string;
}

const tabListClasses = 'flex gap-5 overflow-x-auto border-line border-b';
const tabClasses =
  '-mb-px inline-flex h-9 shrink-0 items-center gap-1.5 border-transparent border-b-2 text-muted text-sm transition-colors hover:text-fg data-[state=active]:border-fg data-[state=active]:font-medium data-[state=active]:text-fg';

/** Where a key leads from a tab: to the next, around the end, to the first or the last. */
function placeAfter(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowLeft') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}

/** The tab list is one stop of the Tab key. In it, arrow keys move the focus and show the tab at once. */
export function Tabs<Value extends string>({ label, value, onChange, tabs, className }: TabsProps<Value>) {
  const id = useId();
  const chosen = tabs.find((tab) => tab.value === value);
  const move = (event: KeyboardEvent<HTMLElement>, at: number): void => {
    const to = placeAfter(event.key, at, tabs.length);
    const tab = to === undefined ? undefined : tabs[to];
    if (tab === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.getElementById(`${id}-${tab.value}`)?.focus();
    onChange(tab.value);
  };
  return (
    <div className={classes('flex flex-col', className)}>
      <div role="tablist" aria-label={label} aria-orientation="horizontal" className={tabListClasses}>
        {tabs.map((tab, at) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${id}-${tab.value}`}
            aria-selected={tab === chosen}
            aria-controls={tab === chosen ? `${id}-panel` : undefined}
            data-state={tab === chosen ? 'active' : 'inactive'}
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => tab !== chosen && onChange(tab.value)}
            onKeyDown={(event) => move(event, at)}
            className={tabClasses}
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="rounded-full bg-sunken px-1.5 text-faint text-xs tabular-nums">
                {tab.count}
              </span>
            )}
          </button>
        ))}
      </div>
      {chosen !== undefined && (
        <div
          key={chosen.value}
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-${chosen.value}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel without a control can still be reached and scrolled
          tabIndex={0}
          className="pt-5 outline-offset-4"
        >
          {chosen.content}
        </div>
      )}
    </div>
  );
}
