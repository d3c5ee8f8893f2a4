/** The login. It continues to the page that the user asked for. */
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { sessions } from '../api/mod.ts';
import { Callout, PasswordField } from '../ui/mod.ts';
import { beginSession } from './begin-session.ts';
import { EmailField, EntranceForm, linkClasses } from './form.tsx';
import { InvitationNotice } from './invitation-notice.tsx';

const route = getRouteApi('/entrance/login');

export function LoginPage() {
  const search = route.useSearch();
  const router = useRouter();
  const [email, setEmail] = useState(search.email ?? '');
  const [password, setPassword] = useState('');
  const [isExpired] = useState(() => sessions.absence === 'expired');
  const logIn = async (): Promise<void> => {
    const { user } = await beginSession(email.trim(), password);
    if (user.is_verified) await router.navigate({ href: search.next ?? '/prompts' });
    else await router.navigate({ to: '/verify-email', search: { ...search, email: user.email } });
  };
  return (
    <EntranceForm
      title="Log in"
      description="Write, compare and promote prompts."
      notice={
        isExpired ? (
          <Callout tone="info">Your session has ended. Log in to pick up where you left off.</Callout>
        ) : (
          <InvitationNotice next={search.next} />
        )
      }
      submitLabel="Log in"
      onSubmit={logIn}
      footer={
        <>
          New here?{' '}
          <Link to="/register" search={search} className={linkClasses}>
            Create an account
          </Link>
        </>
      }
    >
      <EmailField value={email} onChange={setEmail} autoFocus={email === ''} />
      <div className="flex flex-col gap-2">
        <PasswordField
          label="Password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          required
        />
        <Link
          to="/forgot-password"
          search={{ ...search, ...(email !== '' && { email }) }}
          className={`${linkClasses} self-end text-xs`}
        >
          Forgot password?
        </Link>
      </div>
    </EntranceForm>
  );
}
