/** Sets a new password with the emailed code. This ends all sessions, so the user then logs in. */
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api, sessions } from '../api/mod.ts';
import { PasswordField, TextField, toast } from '../ui/mod.ts';
import { EntranceForm, linkClasses } from './form.tsx';
import { PasswordRule } from './password-rule.tsx';

const route = getRouteApi('/entrance/reset-password');

export function ResetPasswordPage() {
  const search = route.useSearch();
  const router = useRouter();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const reset = async (): Promise<void> => {
    const body = { code: code.trim(), new_password: password };
    const { email } = await api.call('resetPassword', { body });
    sessions.leave();
    toast({ title: 'Password updated', description: 'Log in with your new password.' });
    await router.navigate({ to: '/login', search: { ...search, email } });
  };
  return (
    <EntranceForm
      title="Set a new password"
      description={
        search.email === undefined
          ? 'Enter the code from the email and a new password.'
          : `Enter the code that we sent to ${search.email} and a new password.`
      }
      submitLabel="Set password"
      onSubmit={reset}
      footer={
        <Link to="/forgot-password" search={search} className={linkClasses}>
          Send a new code
        </Link>
      }
    >
      <TextField
        label="Code"
        mono
        autoComplete="one-time-code"
        spellCheck={false}
        value={code}
        onChange={setCode}
        autoFocus
        required
      />
      <PasswordField
        label="New password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        required
      />
      <PasswordRule password={password} />
    </EntranceForm>
  );
}
