/** The one time that a key's secret is shown. */
import { Button, Callout, CopyButton, Dialog } from '../ui/mod.ts';

export interface ShownSecret {
  readonly name: string;
  readonly key: string;
}

export interface SecretDialogProps {
  readonly secret: ShownSecret | undefined;
  readonly onClose: () => void;
}

export function SecretDialog({ secret, onClose }: SecretDialogProps) {
  return (
    <Dialog
      open={secret !== undefined}
      onOpenChange={onClose}
      title={`The secret of ${secret?.name ?? ''}`}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have stored it
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Callout tone="warning">
          Copy it now. Only its hash is stored; nobody can show it to you again.
        </Callout>
        <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-2 pr-2 pl-3">
          <code className="min-w-0 flex-1 break-all text-xs">{secret?.key}</code>
          <CopyButton text={secret?.key ?? ''} label="Copy the key" labelled />
        </div>
      </div>
    </Dialog>
  );
}
