/** Starts a new draft from the live version, the newest version or an example. */
import { useNavigate } from '@tanstack/react-router';
import { ChevronDown, CopyPlus, FileText, Plus } from 'lucide-react';
import { useCommands } from '../commands/mod.ts';
import { Button, Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { type Starter, starters } from './starters.ts';
import { liveOf, type Version } from './version-actions.ts';
import { useDuplicate } from './version-timeline.tsx';

export interface NewVersionButtonProps {
  readonly promptId: string;
  readonly versions: readonly Version[];
  readonly disabledReason: string | undefined;
}

export function useStart(promptId: string): (starter: Starter) => Promise<void> {
  const writes = usePromptWrites();
  const navigate = useNavigate();
  return ({ template }) =>
    attempt(async () => {
      const { version } = await writes.createVersion(promptId, { template });
      await navigate({
        to: '/prompts/$promptId/versions/$version',
        params: { promptId, version: String(version.version) },
      });
    }, 'Could not create a draft');
}

export function NewVersionButton({ promptId, versions, disabledReason }: NewVersionButtonProps) {
  const duplicate = useDuplicate(promptId);
  const start = useStart(promptId);
  const live = liveOf(versions);
  const newest = versions[0];
  const source = live ?? newest;
  useCommands(
    source === undefined || disabledReason !== undefined
      ? []
      : [
          {
            id: 'new-version',
            group: 'Prompt',
            label: `New version from version ${source.version}`,
            icon: CopyPlus,
            shortcut: 'n',
            run: () => duplicate(source.version),
          },
        ],
  );
  if (disabledReason !== undefined) {
    return (
      <Button variant="primary" icon={Plus} disabledReason={disabledReason}>
        New version
      </Button>
    );
  }
  return (
    <Menu
      className="w-64"
      trigger={
        <Button variant="primary" icon={Plus}>
          New version
          <ChevronDown aria-hidden="true" className="size-3.5 opacity-70" />
        </Button>
      }
    >
      {live && (
        <MenuItem icon={CopyPlus} shortcut="n" onSelect={() => void duplicate(live.version)}>
          From the live version ({live.version})
        </MenuItem>
      )}
      {newest && newest !== live && (
        <MenuItem
          icon={CopyPlus}
          {...(live === undefined && { shortcut: 'n' })}
          onSelect={() => void duplicate(newest.version)}
        >
          From the newest version ({newest.version})
        </MenuItem>
      )}
      {newest && <MenuSeparator />}
      <MenuLabel>From an example</MenuLabel>
      {starters.map((starter) => (
        <MenuItem key={starter.name} icon={FileText} onSelect={() => void start(starter)}>
          {starter.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
