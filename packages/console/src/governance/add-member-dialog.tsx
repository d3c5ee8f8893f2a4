/** Adds somebody to a team: a person of the organization by e-mail, anybody by user id, or a colleague who has no account yet. */
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
  // The API has no look-up by address over all accounts; of the people of one's own organization it shows them.
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
        title: `${email.trim()} has an account`,
        description: 'Tell them the password; they can change it.',
      });
    } else if (userId !== undefined) {
      await api.call('addTeamMember', { params: { id: team.id }, body: { user_id: userId } });
      toast({ title: `${known?.email ?? 'The person'} is in ${team.name}`, description: 'As an editor.' });
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
      description="New members are editors; change the role in the list."
      submitLabel={way === 'new' ? 'Create account and add' : 'Add member'}
      disabledReason={reasonToWait()}
      onSubmit={add}
    >
      <Tabs
        label="Ways to add somebody"
        value={way}
        onChange={setWay}
        tabs={[
          {
            value: 'existing',
            label: 'Has an account',
            content: (
              <>
                <TextField
                  label="E-mail or user id"
                  value={who}
                  onChange={setWho}
                  list="people-of-the-organization"
                  autoComplete="off"
                  spellCheck={false}
                  autoFocus
                  hint="People of this organization by e-mail; anybody else by the user id from their account page."
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
          { value: 'new', label: 'Is new', content: newAccount() },
        ]}
      />
    </FormDialog>
  );

  function newAccount() {
    if (!user.is_admin) return <Callout>Only admin accounts may create accounts for others.</Callout>;
    return (
      <div className="flex flex-col gap-4">
        <TextField label="E-mail" type="email" autoComplete="off" value={email} onChange={setEmail} />
        <PasswordField
          label="First password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint="At least 8 characters, with upper and lower case, a digit and another character."
        />
      </div>
    );
  }

  function reasonToWait(): string | undefined {
    if (way === 'new') {
      if (!user.is_admin) return 'Only admin accounts may do this.';
      return email === '' || password === '' ? 'Fill in both fields first' : undefined;
    }
    if (userId !== undefined) return undefined;
    if (!typed.includes('@')) return 'Enter an e-mail address or a user id first';
    if (people.error !== null)
      return 'The people of the organization cannot be read just now; use the user id';
    return people.isWhole
      ? 'Nobody in this organization has this address; use the user id'
      : 'Looking for this address among the people of the organization';
  }
}
