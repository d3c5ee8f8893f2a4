/** The form of the pages before the login: one task, its error above the fields, links to the alternatives below. */
import type { ReactNode } from 'react';
import { Callout, PlainButton, TextField, useDocumentTitle, useSubmission } from '../ui/mod.ts';
import { explain } from './explain.ts';

export interface EntranceFormProps {
  readonly title: string;
  readonly description?: ReactNode;
  /** Why the user is here, above the fields. */
  readonly notice?: ReactNode;
  readonly submitLabel: string;
  /** A rejection shows the reason. */
  readonly onSubmit: () => Promise<unknown>;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}

export function EntranceForm({
  title,
  description,
  notice,
  submitLabel,
  onSubmit,
  children,
  footer,
}: EntranceFormProps) {
  useDocumentTitle(title);
  const { failure, isSending, submit } = useSubmission({ send: onSubmit });
  return (
    <>
      <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
      {description !== undefined && <p className="mt-1 text-muted text-sm">{description}</p>}
      <form onSubmit={submit} className="mt-5 flex flex-col gap-4" noValidate>
        {notice}
        {failure !== undefined && <Callout tone="danger">{explain(failure)}</Callout>}
        {children}
        <PlainButton type="submit" variant="primary" size="lg" loading={isSending} className="w-full">
          {submitLabel}
        </PlainButton>
      </form>
      {footer !== undefined && (
        <div className="mt-6 border-line border-t pt-4 text-center text-muted text-sm">{footer}</div>
      )}
    </>
  );
}

export interface EmailFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoFocus?: boolean;
}

/** The email address that identifies an account. */
export function EmailField(props: EmailFieldProps) {
  return <TextField {...props} label="Email" type="email" autoComplete="username" required />;
}

export const linkClasses = 'font-medium text-accent-ink underline-offset-4 hover:underline';
