/** The code that was mailed. A person who has just registered goes straight on; others log in afterwards. */
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
  const [isMailed, setMailed] = useState(false);
  const verify = async (): Promise<void> => {
    await api.call('verifyEmail', { body: { email: email.trim(), code: code.trim() } });
    toast({ title: 'Your address is verified' });
    const { session } = sessions;
    if (session?.user.email === email.trim()) {
      sessions.update({ ...session.user, is_verified: true });
      await router.navigate({ href: search.next ?? '/prompts' });
    } else {
      await router.navigate({ to: '/login', search: { ...search, email: email.trim() } });
    }
  };
  const mailAgain = async (): Promise<void> => {
    try {
      await api.call('triggerVerificationEmail', { query: { email: email.trim() } });
      setMailed(true);
    } catch (error) {
      toastError(error, 'No code was mailed');
    }
  };
  return (
    <EntranceForm
      title="Verify your address"
      description="Enter the code of six digits from the mail that we sent you. It is good for 15 minutes."
      notice={isMailed && <Callout tone="success">A new code is on its way to {email}.</Callout>}
      submitLabel="Verify"
      onSubmit={verify}
      footer={
        <span className="flex flex-wrap justify-center gap-x-4 gap-y-2">
          <button type="button" onClick={() => void mailAgain()} className={linkClasses}>
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
        {...(search.email !== undefined && { hint: `Mailed to ${search.email}` })}
      />
    </EntranceForm>
  );
}
