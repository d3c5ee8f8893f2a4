/** The command palette: filters the offered commands and shows the results of the offered searches. */
import { Command as Cmdk } from 'cmdk';
import { CornerDownLeft, Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useEffect, useState } from 'react';
import { classes, Keys } from '../ui/mod.ts';
import { type Command, offeredCommands, offeredSources } from './registry.ts';

export interface PaletteProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade-in bg-overlay" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-[10vh] z-40 mx-auto max-w-xl animate-pop-in overflow-hidden rounded-xl border border-line bg-raised shadow-high outline-none"
        >
          <Dialog.Title className="sr-only">Command palette</Dialog.Title>
          <Choices close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choices({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('');
  const [own] = useState(() => offeredCommands().filter((command) => command.isShortcutOnly !== true));
  const found = useFound(text.trim());
  const run = (command: Command): void => {
    close();
    void command.run();
  };
  const groups = Map.groupBy([...own, ...found], (command) => command.group);
  return (
    <Cmdk label="Commands" loop>
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search aria-hidden="true" className="size-4 shrink-0 text-faint" />
        <Cmdk.Input
          value={text}
          onValueChange={setText}
          placeholder="Search or jump to…"
          className="h-12 w-full bg-transparent text-base outline-none placeholder:text-faint"
        />
      </div>
      <Cmdk.List className="max-h-[min(60vh,26rem)] overflow-y-auto p-1.5">
        <Cmdk.Empty className="py-10 text-center text-muted text-sm">No results for “{text}”</Cmdk.Empty>
        {[...groups].map(([group, commands]) => (
          <Cmdk.Group
            key={group}
            heading={group}
            className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs"
          >
            {commands.map((command) => (
              <Item
                key={command.id}
                command={command}
                run={run}
                isFound={found.includes(command)}
                text={text}
              />
            ))}
          </Cmdk.Group>
        ))}
      </Cmdk.List>
      <p className="flex items-center gap-3 border-line border-t bg-panel px-4 py-2 text-faint text-xs">
        <Keys combination="arrowup arrowdown" /> select
        <Keys combination="enter" /> run
        <Keys combination="escape" /> close
      </p>
    </Cmdk>
  );
}

interface ItemProps {
  readonly command: Command;
  readonly run: (command: Command) => void;
  /** Found by a search, so the palette's own filter must not drop it. */
  readonly isFound: boolean;
  readonly text: string;
}

function Item({ command, run, isFound, text }: ItemProps) {
  const Icon = command.icon ?? CornerDownLeft;
  return (
    <Cmdk.Item
      value={`${command.label} ${command.id}`}
      keywords={[command.keywords ?? '', isFound ? text : '']}
      onSelect={() => run(command)}
      className={classes(
        'flex h-10 cursor-pointer items-center gap-3 rounded-md px-2.5 text-sm',
        'data-[selected=true]:bg-hover',
      )}
    >
      <Icon aria-hidden="true" className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate">{command.label}</span>
      {command.shortcut !== undefined && <Keys combination={command.shortcut} />}
    </Cmdk.Item>
  );
}

/** The results of the offered searches. Keeps the last results until the next ones arrive. */
function useFound(text: string): readonly Command[] {
  const [found, setFound] = useState<readonly Command[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    // Wait for a pause in typing, since each search is a request.
    const timer = setTimeout(async () => {
      const results = await Promise.allSettled(
        offeredSources().map((source) => source.search(text, controller.signal)),
      );
      if (controller.signal.aborted) return;
      setFound(results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])));
    }, 120);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
  return found;
}
