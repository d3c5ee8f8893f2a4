/** What became of an invitation, with the link to send by other means. */
import { Button, Callout, CopyButton, Dialog } from '../ui/mod.ts';
import type { SentInvitation } from './invitations.ts';

export interface InvitationSentDialogProps {
  readonly invitation: SentInvitation | undefined;
  readonly onClose: () => void;
}

export function InvitationSentDialog({ invitation, onClose }: InvitationSentDialogProps) {
  const { email = '', link = '', isMailed = false } = invitation ?? {};
  return (
    <Dialog
      open={invitation !== undefined}
      onOpenChange={onClose}
      title={isMailed ? `Invited ${email}` : 'Send them this link'}
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        {isMailed ? (
          <Callout tone="success">We emailed them this link. You can also send it yourself.</Callout>
        ) : (
          <Callout tone="warning">
            px0 could not email {email}. Send them this link yourself. You won’t be able to see it again.
          </Callout>
        )}
        <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-2 pr-2 pl-3">
          <code className="min-w-0 flex-1 break-all text-xs">{link}</code>
          <CopyButton text={link} label="Copy link" labelled />
        </div>
        <p className="text-muted text-sm">
          It works once, for whoever has it, and expires in 7 days. You can revoke it on the People page.
        </p>
      </div>
    </Dialog>
  );
}
