/** A dialog with one form. Enter submits it, an error keeps it open, and success closes it. */
import { type ReactNode, useId } from 'react';
import { sentenceOf } from '../api/mod.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Callout } from './plain/callout.tsx';
import type { ButtonVariant } from './plain/plain-button.tsx';
import { useSubmission } from './plain/use-submission.ts';
import type { DialogProps } from './popup-props.ts';

export interface FormDialogProps extends Omit<DialogProps, 'footer'> {
  readonly submitLabel: string;
  readonly submitVariant?: ButtonVariant;
  /** Why the form cannot be submitted yet. */
  readonly disabledReason?: string | undefined;
  /** A rejection keeps the dialog open and shows the reason; success closes it. */
  readonly onSubmit: () => Promise<unknown>;
  readonly children: ReactNode;
}

export function FormDialog({
  submitLabel,
  submitVariant = 'primary',
  disabledReason,
  onSubmit,
  onOpenChange,
  children,
  ...dialog
}: FormDialogProps) {
  const form = useId();
  const { failure, isSending, submit, forget } = useSubmission({
    isReady: disabledReason === undefined,
    send: onSubmit,
    onDone: () => onOpenChange(false),
  });
  const change = (open: boolean): void => {
    forget();
    onOpenChange(open);
  };
  return (
    <Dialog
      {...dialog}
      onOpenChange={change}
      footer={
        <>
          <Button variant="ghost" onClick={() => change(false)}>
            Cancel
          </Button>
          <Button
            type="submit"
            form={form}
            variant={submitVariant}
            loading={isSending}
            disabledReason={disabledReason}
          >
            {submitLabel}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4" noValidate>
        {failure !== undefined && <Callout tone="danger">{sentenceOf(failure)}</Callout>}
        {children}
      </form>
    </Dialog>
  );
}
