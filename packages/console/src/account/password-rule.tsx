/** The rules for a password, ticked off while the user types. The API decides; this only saves a round trip. */
import { Circle, CircleCheck } from 'lucide-react';
import { classes } from '../ui/mod.ts';

const parts = [
  {
    text: '8 characters or more',
    holds: (password: string) => new TextEncoder().encode(password).length >= 8,
  },
  { text: '1 uppercase letter', holds: (password: string) => /[A-Z]/.test(password) },
  { text: '1 lowercase letter', holds: (password: string) => /[a-z]/.test(password) },
  { text: '1 digit', holds: (password: string) => /[0-9]/.test(password) },
  { text: '1 symbol', holds: (password: string) => /[^A-Za-z0-9]/.test(password) },
] as const;

export function PasswordRule({ password }: { readonly password: string }) {
  return (
    <ul
      aria-label="Password requirements"
      className="grid grid-cols-1 gap-x-3 gap-y-1 text-xs min-[360px]:grid-cols-2"
    >
      {parts.map(({ text, holds }) => {
        const isHeld = holds(password);
        const Icon = isHeld ? CircleCheck : Circle;
        return (
          <li
            key={text}
            className={classes('flex items-center gap-1.5', isHeld ? 'text-success-ink' : 'text-faint')}
          >
            <Icon aria-hidden="true" className="size-3.5" />
            {text}
            <span className="sr-only">{isHeld ? ' (met)' : ' (not met)'}</span>
          </li>
        );
      })}
    </ul>
  );
}
