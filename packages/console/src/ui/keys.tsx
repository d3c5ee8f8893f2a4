/** A key combination as key caps: `mod+k` (Command on a Mac, Ctrl elsewhere), or a sequence: `g p`. */
import { classes } from '../outline/mod.ts';

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const names: Readonly<Record<string, string>> = {
  mod: isMac ? '⌘' : 'Ctrl',
  alt: isMac ? '⌥' : 'Alt',
  shift: '⇧',
  enter: '↵',
  escape: 'Esc',
  arrowup: '↑',
  arrowdown: '↓',
};

/** For `aria-keyshortcuts`. Undefined for single keys and sequences, which do nothing where the user turned them off or writes. */
export function ariaKeys(combination: string | undefined): string | undefined {
  if (combination?.startsWith('mod+') !== true) return undefined;
  const caps = combination.split('+').slice(1);
  return [isMac ? 'Meta' : 'Control', ...caps.map((cap) => cap.charAt(0).toUpperCase() + cap.slice(1))].join(
    '+',
  );
}

export interface KeysProps {
  readonly combination: string;
  readonly inverted?: boolean;
}

export function Keys({ combination, inverted = false }: KeysProps) {
  const caps = combination.split(/[ +]/);
  return (
    <span className="inline-flex shrink-0 gap-1">
      {caps.map((cap, index) => (
        <kbd
          // biome-ignore lint/suspicious/noArrayIndexKey: a combination never changes, and may hold a key twice
          key={index}
          className={classes(
            'grid h-5 min-w-5 place-items-center rounded-sm border px-1 text-[11px] leading-none',
            inverted ? 'border-current/25' : 'border-line bg-sunken text-muted',
          )}
        >
          {names[cap.toLowerCase()] ?? cap.toUpperCase()}
        </kbd>
      ))}
    </span>
  );
}
