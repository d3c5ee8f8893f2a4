/** Lists the shortcuts that work on the current page. */
import { Checkbox, Dialog, Keys } from '../ui/mod.ts';
import { offeredCommands } from './registry.ts';
import { useLetterShortcuts } from './shortcuts.ts';

export interface HelpSheetProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function HelpSheet({ open, onOpenChange }: HelpSheetProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" size="md">
      <Sheet />
    </Dialog>
  );
}

function Sheet() {
  const [isOn, setOn] = useLetterShortcuts();
  const shortcuts = offeredCommands().flatMap(({ id, group, label, shortcut }) =>
    shortcut === undefined ? [] : [{ id, group, label, shortcut }],
  );
  const groups = Map.groupBy(shortcuts, ({ group }) => group);
  return (
    <div className="flex flex-col gap-5">
      {[...groups].map(([group, commands]) => (
        <section key={group}>
          <h3 className="mb-1 font-medium text-faint text-xs">{group}</h3>
          <dl>
            {commands.map(({ id, label, shortcut }) => (
              <div
                key={id}
                className="flex h-8 items-center justify-between gap-4 border-line border-b text-sm"
              >
                <dt>{label}</dt>
                <dd>
                  <Keys combination={shortcut} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <Checkbox
        label="Single-key shortcuts"
        hint="Turn these off if you use speech input. Shortcuts with Ctrl or ⌘ keep working."
        checked={isOn}
        onChange={setOn}
      />
    </div>
  );
}
