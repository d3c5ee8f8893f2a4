/** Adds a member to a team: by email (people in the organization), by user ID (anyone), or with a new account. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, outdated, useUser } from '../api/mod.ts';
import { Callout, FormDialog, PasswordField, Tabs, TextField, toast } from '../ui/mod.ts';
import { usePeople, type WorkspaceTeam } from '../workspace/mod.ts';
import { isUuid } from './uuid.ts';

const MOST_SUGGESTIONS = 20;

export interface AddMemberDialogProps {
  readonly team: WorkspaceTeam;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function AddMemberDialog({ team, open, onOpenChange }: AddMemberDialogProps) {
  const user = useUser();
  const queryClient = useQueryClient();
  const [way, setWay] = useState<'existing' | 'new'>('existing');
  const [who, setWho] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const typed = who.trim().toLowerCase();
  const isTyped = ({ email }: { readonly email: string }) => email.toLowerCase() === typed;
  const isLike = ({ email }: { readonly email: string }) => email.toLowerCase().includes(typed);
  // The API finds no account by its address. It lists the addresses of the people in the user's own organization.
  const people = usePeople(
    open ? team.org_id : undefined,
    (read) =>
      typed === '' || isUuid(typed) || read.some(isTyped) || read.filter(isLike).length >= MOST_SUGGESTIONS,
  );
  const known = people.known.find(isTyped);
  const userId = isUuid(typed) ? typed : known?.id;
  const add = async (): Promise<void> => {
    if (way === 'new') {
      await api.call('register', { body: { email: email.trim(), password, team_id: team.id } });
      toast({
        title: `Account created for ${email.trim()}`,
        description: 'Share the password with them. They can change it.',
      });
    } else if (userId !== undefined) {
      await api.call('addTeamMember', { params: { id: team.id }, body: { user_id: userId } });
      toast({
        title: `Added ${known?.email ?? 'the member'} to ${team.name}`,
        description: 'Their role is editor.',
      });
    }
    await outdated(queryClient, 'listTeamMembers', 'listOrgPeople');
    setWho('');
    setEmail('');
    setPassword('');
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Add a member to ${team.name}`}
      description="New members are editors. You can change their role in the list."
      submitLabel={way === 'new' ? 'Create account and add' : 'Add member'}
      disabledReason={reasonToWait()}
      onSubmit={add}
    >
      <Tabs
        label="Account"
        value={way}
        onChange={setWay}
        tabs={[
          {
            value: 'existing',
            label: 'Existing account',
            content: (
              <>
                <TextField
                  label="Email or user ID"
                  value={who}
                  onChange={setWho}
                  list="people-of-the-organization"
                  autoComplete="off"
                  spellCheck={false}
                  autoFocus
                  hint="Use an email for people in this organization. For anyone else, use the user ID from their account page."
                />
                <datalist id="people-of-the-organization">
                  {people.known
                    .filter(isLike)
                    .slice(0, MOST_SUGGESTIONS)
                    .map((person) => (
                      <option key={person.id} value={person.email} />
                    ))}
                </datalist>
              </>
            ),
          },
          { value: 'new', label: 'New account', content: newAccount() },
        ]}
      />
    </FormDialog>
  );

  function newAccount() {
    if (!user.is_admin) return <Callout>Only admin accounts can create accounts for others.</Callout>;
    return (
      <div className="flex flex-col gap-4">
        <TextField label="Email" type="email" autoComplete="off" value={email} onChange={setEmail} />
        <PasswordField
          label="Initial password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint="At least 8 characters, with uppercase and lowercase letters, a digit and a symbol."
        />
      </div>
    );
  }

  function reasonToWait(): string | undefined {
    if (way === 'new') {
      if (!user.is_admin) return 'Only admin accounts can do this.';
      return email === '' || password === '' ? 'Fill in both fields' : undefined;
    }
    if (userId !== undefined) return undefined;
    if (!typed.includes('@')) return 'Enter an email or a user ID';
    if (people.error !== null) return 'Could not load the people in this organization. Use the user ID.';
    return people.isWhole ? 'Not in this organization. Use the user ID.' : 'Searching this organization…';
  }
}
