/** The first letter of a name, in a colour derived from the name. */
import { classes } from '../outline/mod.ts';

const colours = [
  'bg-accent-soft text-accent-ink',
  'bg-success-soft text-success-ink',
  'bg-warning-soft text-warning-ink',
  'bg-info-soft text-info-ink',
  'bg-danger-soft text-danger-ink',
] as const;

const sizes = {
  xs: 'size-4 text-[9px]',
  sm: 'size-5 text-[10px]',
  md: 'size-7 text-xs',
} as const;

export interface AvatarProps {
  readonly name: string;
  readonly square?: boolean;
  readonly size?: keyof typeof sizes;
}

export function Avatar({ name, square = false, size = 'md' }: AvatarProps) {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return (
    <span
      aria-hidden="true"
      className={classes(
        'grid shrink-0 place-items-center font-semibold uppercase',
        sizes[size],
        square ? (size === 'md' ? 'rounded-md' : 'rounded-sm') : 'rounded-full',
        colours[sum % colours.length],
      )}
    >
      {[...name][0] ?? '?'}
    </span>
  );
}
