/** The buttons of a request, each with its key, and the dialogs behind them. */
import { Check, CircleSlash, MessageSquareWarning, MoreHorizontal, Play } from 'lucide-react';
import { useState } from 'react';
import { useCommands } from '../commands/mod.ts';
import { type ChangeRequest, changeText } from '../review/mod.ts';
import { Button, ConfirmDialog, FormDialog, IconButton, Menu, MenuItem, TextArea, toast } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { ReviewDialog, type Verdict } from './review-dialog.tsx';
import { actionOf, unreadiness } from './rights.ts';
import type { RequestWrites } from './writes.ts';

export interface RequestActionsProps {
  readonly request: ChangeRequest;
  readonly writes: RequestWrites;
  readonly isAuthor: boolean;
  /** Why an approval of the user would not count. */
  readonly doubt: string | undefined;
  /** Why the user may not review what they have not seen. */
  readonly unseen: string | undefined;
}

export function RequestActions({ request, writes, isAuthor, doubt, unseen }: RequestActionsProps) {
  const { may, reason } = usePermissions({ teamId: request.team_id });
  const [asked, setAsked] = useState<Verdict | 'apply' | 'close'>();
  const close = (): void => setAsked(undefined);
  const isOpen = request.state === 'open';
  const noReview = reason('reviewChangeRequest') ?? unseen;
  const noApplying = reason(actionOf(request.change.kind)) ?? unreadiness(request);
  const review = (verdict: Verdict) => () => {
    if (isOpen && noReview === undefined) setAsked(verdict);
  };
  useCommands(
    isOpen
      ? [
          {
            id: 'request-approve',
            group: 'Change request',
            label: 'Approve',
            shortcut: 'a',
            run: review('approve'),
          },
          {
            id: 'request-changes',
            group: 'Change request',
            label: 'Request changes',
            shortcut: 'r',
            run: review('request_changes'),
          },
        ]
      : [],
  );
  if (!isOpen) return null;
  const apply = async (): Promise<void> => {
    await writes.apply();
    toast({ title: `Applied “${request.title}”` });
  };
  return (
    <>
      <Button
        icon={MessageSquareWarning}
        shortcut="r"
        disabledReason={noReview}
        onClick={review('request_changes')}
      >
        Request changes
      </Button>
      <Button icon={Check} shortcut="a" disabledReason={noReview} onClick={review('approve')}>
        Approve
      </Button>
      <Button variant="primary" icon={Play} disabledReason={noApplying} onClick={() => setAsked('apply')}>
        Apply
      </Button>
      <Menu trigger={<IconButton icon={MoreHorizontal} label="Actions for this request" />}>
        <MenuItem
          icon={CircleSlash}
          tone="danger"
          onSelect={() => setAsked('close')}
          disabledReason={
            isAuthor || may('closeForeignChangeRequest')
              ? undefined
              : 'Only its author and team editors can close a request.'
          }
        >
          Close request
        </MenuItem>
      </Menu>
      {(asked === 'approve' || asked === 'request_changes') && (
        <ReviewDialog request={request} verdict={asked} doubt={doubt} writes={writes} onClose={close} />
      )}
      <ConfirmDialog
        open={asked === 'apply'}
        onOpenChange={close}
        tone="neutral"
        title={`${changeText(request.change)}?`}
        description={`Applies request #${request.number}. px0 checks its reviews once more first.`}
        confirmLabel="Apply"
        onConfirm={apply}
      />
      {asked === 'close' && <CloseDialog request={request} writes={writes} onClose={close} />}
    </>
  );
}

interface CloseDialogProps {
  readonly request: ChangeRequest;
  readonly writes: RequestWrites;
  readonly onClose: () => void;
}

function CloseDialog({ request, writes, onClose }: CloseDialogProps) {
  const [reason, setReason] = useState('');
  return (
    <FormDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="sm"
      title={`Close “${request.title}”?`}
      description="The change won’t be made. You can propose it again later."
      submitLabel="Close request"
      onSubmit={async () => {
        await writes.close(reason.trim());
        toast({ title: `Closed “${request.title}”` });
      }}
    >
      <TextArea
        label="Reason (optional)"
        rows={2}
        maxLength={2_000}
        value={reason}
        onChange={setReason}
        data-autofocus=""
      />
    </FormDialog>
  );
}
