/** Adds a member to a team: someone in the organization at once, anyone else by an invitation, or with a new account. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, outdated, reading, useUser } from '../api/mod.ts';
import { Callout, FormDialog, PasswordField, Select, Tabs, TextField, toast } from '../ui/mod.ts';
import type { TeamRole, WorkspaceTeam } from '../workspace/mod.ts';
import { invite, type SentInvitation } from './invitations.ts';
import { roleOptions } from './roles.ts';
import { useSettled } from './use-settled.ts';
import { isUuid } from './uuid.ts';

const MOST_SUGGESTIONS = 20;

export interface AddMemberDialogProps {
  readonly team: WorkspaceTeam;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onInvited: (invitation: SentInvitation) => void;
}

type Way = 'existing' | 'invite' | 'new';

const submitLabels: { readonly [W in Way]: string } = {
  existing: 'Add member',
  invite: 'Send invitation',
  new: 'Create account and add',
};

export function AddMemberDialog(props: AddMemberDialogProps) {
  // Unmounting the dialog resets its fields.
  return props.open && <OpenDialog {...props} />;
}

function OpenDialog({ team, open, onOpenChange, onInvited }: AddMemberDialogProps) {
  const user = useUser();
  const queryClient = useQueryClient();
  const [way, setWay] = useState<Way>('existing');
  const [who, setWho] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<TeamRole>('editor');
  const [password, setPassword] = useState('');
  const typed = who.trim().toLowerCase();
  const isTyped = ({ email }: { readonly email: string }) => email.toLowerCase() === typed;
  const searched = useSettled(typed);
  // The API finds accounts by their address in the user's own organization only.
  const people = useQuery({
    ...reading('listOrgPeople', {
      params: { orgID: team.org_id ?? '' },
      query: { search: searched, limit: MOST_SUGGESTIONS },
    }),
    enabled: team.org_id !== undefined && !isUuid(searched),
    placeholderData: keepPreviousData,
  });
  const suggestions = people.data?.people ?? [];
  const known = suggestions.find(isTyped);
  const userId = isUuid(typed) ? typed : known?.id;
  const addExisting = async (id: string): Promise<void> => {
    const params = { id: team.id };
    await api.call('addTeamMember', { params, body: { user_id: id } });
    // The first of a team becomes its admin, and everyone else an editor.
    if (role !== 'editor') {
      await api.call('updateTeamMemberRole', { params: { ...params, userID: id }, body: { role } });
    }
    toast({ title: `Added ${known?.email ?? 'the member'} to ${team.name}` });
  };
  const add = async (): Promise<void> => {
    if (way === 'invite') {
      onInvited(await invite(queryClient, { teamId: team.id, email: email.trim(), role }));
    } else if (way === 'new') {
      await api.call('register', { body: { email: email.trim(), password, team_id: team.id } });
      toast({
        title: `Account created for ${email.trim()}`,
        description: 'Share the password with them. They can change it.',
      });
    } else if (userId !== undefined) await addExisting(userId);
    await outdated(queryClient, 'listTeamMembers', 'listOrgPeople', 'listOrgTeams');
  };
  const emailField = (
    <TextField
      label="Email"
      type="email"
      autoComplete="off"
      spellCheck={false}
      value={email}
      onChange={setEmail}
    />
  );
  const roleField = (
    <Select label="Role" value={role} onChange={setRole} options={roleOptions} className="w-full" />
  );
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Add a member to ${team.name}`}
      submitLabel={submitLabels[way]}
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
            label: 'In this organization',
            content: (
              <div className="flex flex-col gap-4">
                <TextField
                  label="Email or user ID"
                  value={who}
                  onChange={setWho}
                  list="people-of-the-organization"
                  autoComplete="off"
                  spellCheck={false}
                  autoFocus
                  hint="To add someone else, invite them by email."
                />
                <datalist id="people-of-the-organization">
                  {suggestions.map((person) => (
                    <option key={person.id} value={person.email} />
                  ))}
                </datalist>
                {roleField}
              </div>
            ),
          },
          {
            value: 'invite',
            label: 'Invite by email',
            content: (
              <div className="flex flex-col gap-4">
                {emailField}
                {roleField}
              </div>
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
        {emailField}
        <PasswordField
          label="Initial password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint="At least 8 characters, with uppercase and lowercase letters, a digit and a symbol. Share it with them: px0 sends no email. They become an editor."
        />
      </div>
    );
  }

  function reasonToWait(): string | undefined {
    if (way === 'invite') return email.trim() === '' ? 'Enter an email' : undefined;
    if (way === 'new') {
      if (!user.is_admin) return 'Only admin accounts can do this.';
      return email === '' || password === '' ? 'Fill in both fields' : undefined;
    }
    if (userId !== undefined) return undefined;
    if (!typed.includes('@')) return 'Enter an email or a user ID';
    if (people.error !== null) return 'Could not load the people in this organization. Use the user ID.';
    const isSearching = searched !== typed || people.isFetching;
    return isSearching ? 'Searching this organization…' : 'Not in this organization. Invite them by email.';
  }
}
