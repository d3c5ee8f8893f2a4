/** The region that shows toasts. */

import * as Radix from '@radix-ui/react-toast';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { dismissToast, useToasts } from './plain/toast.ts';

/** Long enough to read the text and to reach the button. */
const SHOWN_FOR_MS = 6_000;

const icons = { success: CircleCheck, danger: CircleAlert, info: Info } as const;
const colours = { success: 'text-success', danger: 'text-danger', info: 'text-info' } as const;

export function ToastRegion() {
  const toasts = useToasts();
  return (
    <Radix.Provider swipeDirection="right" label="Notification" duration={SHOWN_FOR_MS}>
      {toasts.map(({ id, title, description, tone = 'success', action }) => {
        const Icon = icons[tone];
        return (
          <Radix.Root
            key={id}
            onOpenChange={(open) => {
              if (!open) dismissToast(id);
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
      {/* At the top on phones: the controls that the user needs next are at the bottom, near the thumb. */}
      <Radix.Viewport className="pointer-events-none fixed right-0 z-50 flex w-full flex-col gap-2 p-4 outline-none max-sm:top-10 sm:bottom-0 sm:max-w-96" />
    </Radix.Provider>
  );
}
