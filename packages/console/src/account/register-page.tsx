/** Creates an account and logs in. If the address must be verified, the page for the code comes first. */
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/mod.ts';
import { PasswordField } from '../ui/mod.ts';
import { beginSession } from './begin-session.ts';
import { EmailField, EntranceForm, linkClasses } from './form.tsx';
import { InvitationNotice } from './invitation-notice.tsx';
import { PasswordRule } from './password-rule.tsx';

const route = getRouteApi('/entrance/register');

export function RegisterPage() {
  const search = route.useSearch();
  const router = useRouter();
  const [email, setEmail] = useState(search.email ?? '');
  const [password, setPassword] = useState('');
  const register = async (): Promise<void> => {
    await api.call('register', { body: { email: email.trim(), password } });
    const { user } = await beginSession(email.trim(), password);
    if (user.is_verified) await router.navigate({ href: search.next ?? '/prompts' });
    else await router.navigate({ to: '/verify-email', search: { ...search, email: user.email } });
  };
  return (
    <EntranceForm
      title="Create an account"
      description="You get your own organization and team, and you can join others."
      notice={<InvitationNotice next={search.next} />}
      submitLabel="Create account"
      onSubmit={register}
      footer={
        <>
          Already have an account?{' '}
          <Link to="/login" search={search} className={linkClasses}>
            Log in
          </Link>
        </>
      }
    >
      <EmailField value={email} onChange={setEmail} autoFocus />
      <PasswordField
        label="Password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        required
      />
      <PasswordRule password={password} />
    </EntranceForm>
  );
}
