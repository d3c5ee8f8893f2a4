/** Approves a request, or asks for changes. What the review is about is exactly the content that the page shows. */
import { useState } from 'react';
import { isApiError } from '../api/mod.ts';
import type { ChangeRequest } from '../review/mod.ts';
import { Callout, FormDialog, TextArea, toast } from '../ui/mod.ts';
import type { RequestWrites } from './writes.ts';

export type Verdict = 'approve' | 'request_changes';

export interface ReviewDialogProps {
  readonly request: ChangeRequest;
  readonly verdict: Verdict;
  /** Why the approval would not count. */
  readonly doubt: string | undefined;
  readonly writes: RequestWrites;
  readonly onClose: () => void;
}

export function ReviewDialog({ request, verdict, doubt, writes, onClose }: ReviewDialogProps) {
  const [comment, setComment] = useState('');
  const isApproval = verdict === 'approve';
  const send = async (): Promise<void> => {
    try {
      const { change_request: reviewed } = await writes.review({
        verdict,
        content_hash: request.binding.content_hash,
        ...(comment.trim() !== '' && { comment: comment.trim() }),
      });
      toast({
        title: isApproval ? `Approved “${request.title}”` : `Requested changes to “${request.title}”`,
        ...(reviewed.state === 'applied' && { description: 'It was ready, so px0 applied it.' }),
      });
    } catch (error) {
      if (!isApiError(error, 'contentChanged')) throw error;
      toast({
        tone: 'danger',
        title: 'Your review was not sent',
        description:
          'The content changed after you opened this page. Read the new content, then review it again.',
      });
    }
  };
  return (
    <FormDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={isApproval ? 'Approve this change?' : 'Request changes?'}
      description={
        isApproval
          ? 'You approve exactly the content on this page, as a replacement for what is live now. If either changes, your approval no longer counts.'
          : 'The request cannot be applied until you approve it, or an administrator dismisses your review.'
      }
      submitLabel={isApproval ? 'Approve' : 'Request changes'}
      disabledReason={isApproval || comment.trim() !== '' ? undefined : 'Say what should change'}
      onSubmit={send}
    >
      {doubt !== undefined && <Callout tone="warning">Your review won’t count: {doubt}.</Callout>}
      <TextArea
        label={isApproval ? 'Comment (optional)' : 'What should change'}
        rows={3}
        maxLength={2_000}
        value={comment}
        onChange={setComment}
        data-autofocus=""
        // The form of a dialog that was opened by a key is left by a key.
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
        hint="Press Ctrl+Enter to send."
      />
    </FormDialog>
  );
}
