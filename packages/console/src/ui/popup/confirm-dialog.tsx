/** A question that was asked. */
import * as Radix from '@radix-ui/react-alert-dialog';
import { useState } from 'react';
import { sentenceOf } from '../../api/mod.ts';
import { classes } from '../../outline/mod.ts';
import { Button } from '../button.tsx';
import { Callout } from '../plain/callout.tsx';
import { TextField } from '../plain/field.tsx';
import { useSubmission } from '../plain/use-submission.ts';
import type { ConfirmDialogProps } from '../popup-props.ts';
import { overlayClasses } from './dialog-classes.ts';

export function OpenedConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlayClasses} />
        <Radix.Content
          className={classes(
            'fixed inset-x-0 bottom-0 z-40 mx-auto flex max-h-[92dvh] w-full animate-rise flex-col rounded-t-xl border border-line bg-raised shadow-high outline-none',
            'sm:top-[16vh] sm:bottom-auto sm:max-h-[80dvh] sm:rounded-xl',
            props.wide === true ? 'sm:max-w-3xl' : 'sm:max-w-md',
          )}
        >
          <Question {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Question({
  title,
  description,
  confirmLabel,
  tone = 'danger',
  typed,
  disabledReason,
  children,
  onOpenChange,
  onConfirm,
}: ConfirmDialogProps) {
  const [text, setText] = useState('');
  const isTyped = typed === undefined || text === typed;
  const { failure, isSending, submit } = useSubmission({
    isReady: isTyped && disabledReason === undefined,
    send: onConfirm,
    onDone: () => onOpenChange(false),
  });
  return (
    <form onSubmit={submit} className="flex min-h-0 flex-col">
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 pt-4 pb-5">
        <div>
          <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="mt-1 text-muted text-sm">{description}</div>
          </Radix.Description>
        </div>
        {failure !== undefined && <Callout tone="danger">{sentenceOf(failure)}</Callout>}
        {children}
        {typed !== undefined && (
          <TextField
            label={
              <>
                Type <span className="break-all font-mono text-fg">{typed}</span> to confirm
              </>
            }
            value={text}
            onChange={setText}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </div>
      <footer className="flex flex-wrap justify-end gap-2 rounded-b-xl border-line border-t bg-panel px-5 py-3">
        <Radix.Cancel asChild>
          <Button variant="ghost">Cancel</Button>
        </Radix.Cancel>
        <Button
          type="submit"
          variant={tone === 'danger' ? 'danger' : 'primary'}
          loading={isSending}
          disabledReason={isTyped ? disabledReason : 'Type the text above to confirm'}
        >
          {confirmLabel}
        </Button>
      </footer>
    </form>
  );
}
