/** Form fields. Label, hint and error are linked to the control, so that a screen reader reads all three. */
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { classes } from '../../outline/mod.ts';
import { retyped, withLineFeeds } from '../../text/mod.ts';

export const inputClasses =
  'w-full rounded-md border border-line-strong bg-raised px-2.5 text-fg text-sm shadow-low transition-colors placeholder:text-faint hover:border-control focus-visible:border-accent focus-visible:-outline-offset-1 disabled:bg-sunken aria-invalid:border-danger';

interface FieldTexts {
  readonly label: ReactNode;
  /** Shows the label to screen readers only. */
  readonly labelHidden?: boolean;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}

interface FieldProps extends FieldTexts {
  readonly id: string;
  readonly children: ReactNode;
}

/** Wraps a control with its label, hint and error. */
export function Field({ id, label, labelHidden = false, hint, error, children }: FieldProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className={labelHidden ? 'sr-only' : 'font-medium text-sm'}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-faint text-xs">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className="text-danger-ink text-xs">
          {error}
        </p>
      )}
    </div>
  );
}

/** The attributes that link a control to its texts. */
function describedBy(id: string, { hint, error }: FieldTexts) {
  const ids = classes(hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`);
  return {
    id,
    ...(ids !== '' && { 'aria-describedby': ids }),
    ...(error !== undefined && { 'aria-invalid': true }),
  };
}

interface Changes {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export type TextFieldProps = FieldTexts &
  Changes &
  Omit<ComponentProps<'input'>, keyof FieldTexts | keyof Changes | 'id'> & {
    readonly mono?: boolean;
    /** Placed inside the control, at its end. */
    readonly trailing?: ReactNode;
  };

export function TextField({
  label,
  labelHidden = false,
  hint,
  error,
  value,
  onChange,
  mono = false,
  trailing,
  className,
  ...rest
}: TextFieldProps) {
  const id = useId();
  const texts = { label, labelHidden, hint, error };
  return (
    <Field id={id} {...texts}>
      <div className="relative">
        <input
          {...rest}
          {...(rest.autoFocus === true && { 'data-autofocus': '' })}
          {...describedBy(id, texts)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={classes(
            inputClasses,
            'h-9',
            mono && 'font-mono',
            trailing !== undefined && 'pr-10',
            className,
          )}
        />
        {trailing !== undefined && (
          <div className="absolute inset-y-0 right-1 grid place-items-center">{trailing}</div>
        )}
      </div>
    </Field>
  );
}

export type PasswordFieldProps = Omit<TextFieldProps, 'type' | 'trailing'>;

export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      spellCheck={false}
      autoCapitalize="none"
      trailing={
        <button
          type="button"
          aria-label={shown ? 'Hide password' : 'Show password'}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="grid size-7 place-items-center rounded-md text-faint hover:text-fg"
        >
          <Icon aria-hidden="true" className="size-4" />
        </button>
      }
    />
  );
}

export type TextAreaProps = FieldTexts &
  Changes &
  Omit<ComponentProps<'textarea'>, keyof FieldTexts | keyof Changes | 'id'> & { readonly mono?: boolean };

/** Keeps the line endings that the user does not edit. */
export function TextArea({
  label,
  labelHidden = false,
  hint,
  error,
  value,
  onChange,
  mono = false,
  className,
  ...rest
}: TextAreaProps) {
  const id = useId();
  const texts = { label, labelHidden, hint, error };
  return (
    <Field id={id} {...texts}>
      <textarea
        rows={3}
        {...rest}
        {...describedBy(id, texts)}
        value={withLineFeeds(value)}
        onChange={(event) => onChange(retyped(value, event.target.value))}
        className={classes(inputClasses, 'resize-y py-2', mono && 'font-mono', className)}
      />
    </Field>
  );
}
