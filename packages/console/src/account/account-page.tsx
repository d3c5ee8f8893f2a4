/** The user's own account: change the email address or the password, see what happened to it, or delete it. */
import { useRouter } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api, sessions, useUser } from '../api/mod.ts';
import {
  Badge,
  Button,
  Callout,
  Card,
  ConfirmDialog,
  CopyButton,
  Page,
  PasswordField,
  Section,
  TextField,
  Time,
  toast,
  useSubmission,
} from '../ui/mod.ts';
import { AccountActivity } from './account-activity.tsx';
import { explain } from './explain.ts';
import { PasswordRule } from './password-rule.tsx';

export function AccountPage() {
  const user = useUser();
  return (
    <Page title="Your account" width="narrow">
      <Section title="Profile">
        <Card className="divide-y divide-line">
          <dl className="grid gap-x-6 gap-y-3 p-5 text-sm sm:grid-cols-[8rem_1fr]">
            <dt className="text-faint">User ID</dt>
            <dd className="flex min-w-0 items-center gap-1">
              <code className="truncate text-xs">{user.id}</code>
              <CopyButton text={user.id} label="Copy your user ID" />
            </dd>
            <dt className="text-faint">Account</dt>
            <dd>
              {user.is_admin ? <Badge tone="accent">Admin account</Badge> : <Badge>Standard account</Badge>}
              <span className="mt-1 block text-faint text-xs">
                {user.is_admin
                  ? 'Can create organizations, and accounts for other people.'
                  : 'Created by an admin. Cannot create organizations.'}
              </span>
            </dd>
            <dt className="text-faint">Created</dt>
            <dd>
              <Time timestamp={user.created_at} />
            </dd>
          </dl>
          <EmailForm />
        </Card>
      </Section>
      <Section title="Password" description="Changing your password ends all your other sessions.">
        <Card>
          <PasswordForm />
        </Card>
      </Section>
      <Section title="Recent activity" description="Logins, and changes of your email and password.">
        <AccountActivity />
      </Section>
      <Section title="Delete account">
        <DeleteAccount />
      </Section>
    </Page>
  );
}

interface SmallFormProps {
  readonly submitLabel: string;
  readonly disabledReason: string | undefined;
  readonly onSubmit: () => Promise<unknown>;
  readonly children: ReactNode;
}

function SmallForm({ submitLabel, disabledReason, onSubmit, children }: SmallFormProps) {
  const { failure, isSending, submit } = useSubmission({
    isReady: disabledReason === undefined,
    send: onSubmit,
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 p-5" noValidate>
      {failure !== undefined && <Callout tone="danger">{explain(failure)}</Callout>}
      {children}
      <Button
        type="submit"
        variant="primary"
        loading={isSending}
        disabledReason={disabledReason}
        className="self-start"
      >
        {submitLabel}
      </Button>
    </form>
  );
}

function EmailForm() {
  const user = useUser();
  const [email, setEmail] = useState(user.email);
  const save = async (): Promise<void> => {
    const before = user.email;
    await change(email.trim());
    toast({
      title: 'Email updated',
      description: `From now on, log in with ${email.trim()}.`,
      action: {
        label: 'Undo',
        run: async () => {
          await change(before);
          setEmail(before);
        },
      },
    });
  };
  const change = async (next: string): Promise<void> => {
    const answer = await api.call('updateMe', { body: { email: next } });
    sessions.update(answer.user);
  };
  return (
    <SmallForm
      submitLabel="Update email"
      disabledReason={email.trim() === user.email ? 'This is already your email' : undefined}
      onSubmit={save}
    >
      <TextField
        label="Email"
        type="email"
        autoComplete="email"
        value={email}
        onChange={setEmail}
        hint="You log in with this address. We’ll notify the old one."
      />
    </SmallForm>
  );
}

function PasswordForm() {
  const { email } = useUser();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = async (): Promise<void> => {
    await api.call('changePassword', { body: { current_password: current, new_password: next } });
    setCurrent('');
    setNext('');
    toast({ title: 'Password updated', description: 'Your other sessions have ended.' });
  };
  return (
    <SmallForm
      submitLabel="Update password"
      disabledReason={current === '' || next === '' ? 'Fill in both fields' : undefined}
      onSubmit={change}
    >
      {/* Tells password managers whose password this is. */}
      <input type="text" autoComplete="username" value={email} readOnly hidden />
      <PasswordField
        label="Current password"
        autoComplete="current-password"
        value={current}
        onChange={setCurrent}
      />
      <PasswordField label="New password" autoComplete="new-password" value={next} onChange={setNext} />
      <PasswordRule password={next} />
    </SmallForm>
  );
}

function DeleteAccount() {
  const user = useUser();
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const remove = async (): Promise<void> => {
    await api.call('deleteMe');
    sessions.leave();
    toast({ title: 'Account deleted' });
    await router.navigate({ to: '/login' });
  };
  return (
    <Card className="flex flex-col gap-3 p-5 sm:flex-row sm:items-center">
      <p className="flex-1 text-muted text-sm">
        Ends your sessions and memberships immediately. Organizations, teams, prompts and API keys stay.
      </p>
      <Button variant="danger-quiet" onClick={() => setAsking(true)}>
        Delete account
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Delete your account?"
        description="You lose access to all your teams. You can’t undo this."
        confirmLabel="Delete account"
        typed={user.email}
        onConfirm={remove}
      />
    </Card>
  );
}
