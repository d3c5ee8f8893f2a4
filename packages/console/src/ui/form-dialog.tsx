/** A dialog round one form: it sends on Enter, shows what the server refused, and closes when it was done. */
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { sentenceOf } from '../api/mod.ts';
import { Button, type ButtonVariant } from './button.tsx';
import { Callout } from './callout.tsx';
import { Dialog, type DialogProps } from './dialog.tsx';

export interface FormDialogProps extends Omit<DialogProps, 'footer'> {
  readonly submitLabel: string;
  readonly submitVariant?: ButtonVariant;
  /** Why it cannot be sent yet. */
  readonly disabledReason?: string | undefined;
  /** Rejecting keeps the dialog open and shows the reason; resolving closes it. */
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
  const [failure, setFailure] = useState<unknown>();
  const [sending, setSending] = useState(false);
  const change = (open: boolean): void => {
    setFailure(undefined);
    onOpenChange(open);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (sending || disabledReason !== undefined) return;
    setFailure(undefined);
    setSending(true);
    try {
      await onSubmit();
      onOpenChange(false);
    } catch (error) {
      setFailure(error);
    } finally {
      setSending(false);
    }
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
            loading={sending}
            disabledReason={disabledReason}
          >
            {submitLabel}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
        {failure !== undefined && <Callout tone="danger">{sentenceOf(failure)}</Callout>}
        {children}
      </form>
    </Dialog>
  );
}
