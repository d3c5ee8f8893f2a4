/** Chooses what was live some time ago as the version to compare from. */
import { History } from 'lucide-react';
import { useState } from 'react';
import { type LiveHistory, liveAt, liveOf, useLiveHistory, type Version } from '../prompts/mod.ts';
import { Button, Menu, MenuItem, MenuLabel } from '../ui/mod.ts';

const dayMs = 86_400_000;

const times = [
  { days: 1, label: 'A day ago' },
  { days: 7, label: 'A week ago' },
  { days: 30, label: '30 days ago' },
] as const;

const LONGEST_AGO = 30 * dayMs;

export interface EarlierLiveProps {
  readonly promptId: string;
  readonly versions: readonly Version[];
  readonly onChoose: (version: number) => void;
}

export function EarlierLive({ promptId, versions, onChoose }: EarlierLiveProps) {
  // Fixed when the page opens, so that no render of it starts another query.
  const [now] = useState(() => Date.now());
  const history = useLiveHistory(promptId, now - LONGEST_AGO);
  const live = liveOf(versions)?.version ?? null;
  const known = new Set(versions.map(({ version }) => version));
  return (
    <Menu
      align="start"
      trigger={
        <Button icon={History} className="mb-0.5 h-9">
          Live earlier
        </Button>
      }
    >
      <MenuLabel>Compare from what was live</MenuLabel>
      {times.map(({ days, label }) => {
        const version = versionAt(history, now - days * dayMs, live);
        return (
          <MenuItem
            key={days}
            disabledReason={refusal(version, known)}
            onSelect={() => {
              if (typeof version === 'number') onChoose(version);
            }}
          >
            {typeof version === 'number' ? `${label}: version ${version}` : label}
          </MenuItem>
        );
      })}
    </Menu>
  );
}

/** Null if none was live, undefined if it is not known. */
function versionAt(
  history: LiveHistory | undefined,
  time: number,
  now: number | null,
): number | null | undefined {
  return history === undefined || time < history.knownSince ? undefined : liveAt(history.steps, time, now);
}

/** `version`: null if none was live, undefined if it is not known. */
function refusal(version: number | null | undefined, known: ReadonlySet<number>): string | undefined {
  if (version === undefined) return 'Not known';
  if (version === null) return 'No version was live';
  return known.has(version) ? undefined : `Version ${version} was deleted`;
}
