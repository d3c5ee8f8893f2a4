/** Accepts an invitation: the code is in the link that the user followed, or they enter it. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { isApiError, sentenceOf, useUser } from '../api/mod.ts';
import { Button, Callout, Card, Page, TextField, toast, useSubmission } from '../ui/mod.ts';
import { useWorkspace } from '../workspace/mod.ts';
import { codeIn } from './invitation-code.ts';
import { accept } from './invitations.ts';

export function InvitationPage() {
  const hash = useRouterState({ select: ({ location }) => location.hash });
  return <Invitation key={hash} linked={codeIn(hash)} />;
}

function Invitation({ linked }: { readonly linked: string | undefined }) {
  const user = useUser();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { selectOrganization } = useWorkspace();
  const [typed, setTyped] = useState('');
  const code = linked ?? codeIn(typed);
  const { failure, isSending, submit } = useSubmission({
    isReady: code !== undefined,
    send: async () => {
      const team = await accept(queryClient, code ?? '');
      if (team.org_id !== undefined) selectOrganization(team.org_id);
      toast({ title: `You joined ${team.name}` });
      await navigate({ to: '/prompts', search: { team: team.id }, replace: true });
    },
  });
  return (
    <Page title="Accept an invitation" width="narrow">
      <Card>
        <form onSubmit={submit} className="flex flex-col items-start gap-4 p-5" noValidate>
          {failure !== undefined && (
            <Callout tone="danger">
              {isApiError(failure, 'invitationNotFound')
                ? 'This invitation was used or revoked, or it expired. Ask the person who invited you for a new one.'
                : sentenceOf(failure)}
            </Callout>
          )}
          {linked === undefined ? (
            <div className="w-full">
              <TextField
                label="Code or link"
                mono
                value={typed}
                onChange={setTyped}
                placeholder="inv_…"
                autoComplete="off"
                spellCheck={false}
                autoFocus
                hint="It is in the email with your invitation."
              />
            </div>
          ) : (
            <p className="text-sm">You were invited to a team. Once you accept, you see its prompts.</p>
          )}
          <p className="text-muted text-sm">
            You are logged in as <span className="break-all font-medium text-fg">{user.email}</span>. This
            account joins the team.
          </p>
          <Button
            type="submit"
            variant="primary"
            loading={isSending}
            disabledReason={code === undefined ? 'Enter the code' : undefined}
          >
            Accept invitation
          </Button>
        </form>
      </Card>
    </Page>
  );
}
