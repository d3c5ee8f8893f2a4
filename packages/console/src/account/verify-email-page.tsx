/** Verifies an email address with the emailed code. A user who has just registered continues at once; others log in next. */
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api, sessions } from '../api/mod.ts';
import { Callout, TextField, toast, toastError } from '../ui/mod.ts';
import { EmailField, EntranceForm, linkClasses } from './form.tsx';
import { logOut } from './log-out.ts';

const route = getRouteApi('/entrance/verify-email');

export function VerifyEmailPage() {
  const search = route.useSearch();
  const router = useRouter();
  const [email, setEmail] = useState(search.email ?? sessions.session?.user.email ?? '');
  const [code, setCode] = useState('');
  const [isSent, setSent] = useState(false);
  const verify = async (): Promise<void> => {
    await api.call('verifyEmail', { body: { email: email.trim(), code: code.trim() } });
    toast({ title: 'Email verified' });
    const { session } = sessions;
    if (session?.user.email === email.trim()) {
      sessions.update({ ...session.user, is_verified: true });
      await router.navigate({ href: search.next ?? '/prompts' });
    } else {
      await router.navigate({ to: '/login', search: { ...search, email: email.trim() } });
    }
  };
  const sendAgain = async (): Promise<void> => {
    try {
      await api.call('triggerVerificationEmail', { query: { email: email.trim() } });
      setSent(true);
    } catch (error) {
      toastError(error, 'Could not send a code');
    }
  };
  return (
    <EntranceForm
      title="Verify your email"
      description="Enter the 6-digit code that we emailed you. It expires in 15 minutes."
      notice={isSent && <Callout tone="success">We sent a new code to {email}.</Callout>}
      submitLabel="Verify"
      onSubmit={verify}
      footer={
        <span className="flex flex-wrap justify-center gap-x-4 gap-y-2">
          <button type="button" onClick={() => void sendAgain()} className={linkClasses}>
            Send a new code
          </button>
          {sessions.session === undefined ? (
            <Link to="/login" search={search} className={linkClasses}>
              Log in
            </Link>
          ) : (
            <button
              type="button"
              onClick={() => void logOut().then(() => router.navigate({ to: '/login' }))}
              className={linkClasses}
            >
              Log out
            </button>
          )}
        </span>
      }
    >
      {search.email === undefined && <EmailField value={email} onChange={setEmail} />}
      <TextField
        label="Code"
        mono
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        value={code}
        onChange={setCode}
        autoFocus
        required
        {...(search.email !== undefined && { hint: `Sent to ${search.email}` })}
      />
    </EntranceForm>
  );
}
