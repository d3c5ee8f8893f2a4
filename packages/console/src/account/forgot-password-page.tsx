/** Requests the code that the user needs to set a new password. */
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/mod.ts';
import { EmailField, EntranceForm, linkClasses } from './form.tsx';

const route = getRouteApi('/entrance/forgot-password');

export function ForgotPasswordPage() {
  const search = route.useSearch();
  const router = useRouter();
  const [email, setEmail] = useState(search.email ?? '');
  const ask = async (): Promise<void> => {
    await api.call('triggerPasswordReset', { body: { email: email.trim() } });
    await router.navigate({ to: '/reset-password', search: { ...search, email: email.trim() } });
  };
  return (
    <EntranceForm
      title="Reset your password"
      description="We’ll email you a code to set a new one."
      submitLabel="Send code"
      onSubmit={ask}
      footer={
        <Link to="/login" search={search} className={linkClasses}>
          Back to login
        </Link>
      }
    >
      <EmailField value={email} onChange={setEmail} autoFocus />
    </EntranceForm>
  );
}
