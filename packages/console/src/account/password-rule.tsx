/** The rule for passwords, as it is fulfilled while one types. The API judges; this only spares a round trip. */
import { Circle, CircleCheck } from 'lucide-react';
import { classes } from '../ui/mod.ts';

const parts = [
  { text: '8 characters', holds: (password: string) => new TextEncoder().encode(password).length >= 8 },
  { text: 'an upper-case letter', holds: (password: string) => /[A-Z]/.test(password) },
  { text: 'a lower-case letter', holds: (password: string) => /[a-z]/.test(password) },
  { text: 'a digit', holds: (password: string) => /[0-9]/.test(password) },
  { text: 'another character', holds: (password: string) => /[^A-Za-z0-9]/.test(password) },
] as const;

export function PasswordRule({ password }: { readonly password: string }) {
  return (
    <ul
      aria-label="A password needs"
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
            <span className="sr-only">{isHeld ? ' (done)' : ' (missing)'}</span>
          </li>
        );
      })}
    </ul>
  );
}
