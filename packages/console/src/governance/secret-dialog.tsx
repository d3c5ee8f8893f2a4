/** Shows the secret of a new key, once. */
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
      title={`Your key for ${secret?.name ?? ''}`}
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Callout tone="warning">Copy this key now. You won’t be able to see it again.</Callout>
        <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-2 pr-2 pl-3">
          <code className="min-w-0 flex-1 break-all text-xs">{secret?.key}</code>
          <CopyButton text={secret?.key ?? ''} label="Copy key" labelled />
        </div>
      </div>
    </Dialog>
  );
}
