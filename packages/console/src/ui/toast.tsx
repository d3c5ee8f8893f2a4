/** Short messages about what was just done, with a way back where there is one. `toast()` may be called from anywhere. */
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { sentenceOf } from '../api/mod.ts';

export interface ToastOptions {
  readonly title: string;
  readonly description?: string;
  readonly tone?: 'success' | 'danger' | 'info';
  /** What takes back what was done, or leads on. */
  readonly action?: { readonly label: string; readonly run: () => unknown };
}

interface Shown extends ToastOptions {
  readonly id: number;
}

/** Long enough to read the sentence and to reach for the button. */
const shownForMs = 6_000;

let shown: readonly Shown[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

export function toast(options: ToastOptions): void {
  // More than three would cover the page that they speak of.
  set([...shown.slice(-2), { ...options, id: nextId++ }]);
}

/** Says what an action failed with. */
export function toastError(error: unknown, title = 'That did not work'): void {
  toast({ tone: 'danger', title, description: sentenceOf(error) });
}

function dismiss(id: number): void {
  set(shown.filter((one) => one.id !== id));
}

const icons = { success: CircleCheck, danger: CircleAlert, info: Info } as const;
const colours = { success: 'text-success', danger: 'text-danger', info: 'text-info' } as const;

/** Once, round the whole app. */
export function Toaster() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <Radix.Provider swipeDirection="right" label="Notification" duration={shownForMs}>
      {toasts.map(({ id, title, description, tone = 'success', action }) => {
        const Icon = icons[tone];
        return (
          <Radix.Root
            key={id}
            onOpenChange={(open) => {
              if (!open) dismiss(id);
            }}
            className="pointer-events-auto flex w-full animate-rise items-start gap-2.5 rounded-lg border border-line bg-raised py-3 pr-2 pl-3.5 shadow-high"
          >
            <Icon aria-hidden="true" className={`mt-0.5 size-4 shrink-0 ${colours[tone]}`} />
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-medium text-sm">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="text-muted text-sm">{description}</Radix.Description>
              )}
            </div>
            {action && (
              <Radix.Action
                altText={action.label}
                onClick={() => void action.run()}
                className="h-6 shrink-0 rounded-md border border-line-strong px-2 font-medium text-xs hover:bg-hover"
              >
                {action.label}
              </Radix.Action>
            )}
            <Radix.Close
              aria-label="Dismiss"
              className="grid size-6 shrink-0 place-items-center rounded-md text-faint hover:bg-hover hover:text-fg"
            >
              <X aria-hidden="true" className="size-3.5" />
            </Radix.Close>
          </Radix.Root>
        );
      })}
      <Radix.Viewport className="pointer-events-none fixed right-0 bottom-0 z-50 flex w-full max-w-96 flex-col gap-2 p-4 outline-none" />
    </Radix.Provider>
  );
}
