/**
 * The variables for the preview: saved payloads, and custom values that are not saved. Switching to another payload keeps the unsaved
 * changes of this one.
 */
import type { Wire } from '@px0/contracts';
import { useCallback, useState } from 'react';
import { asJson, type JsonValue, readJson } from '../json/mod.ts';

type Payload = Wire<'PromptPayload'>;

/** Stands for custom values that belong to no payload. */
export const SCRATCH = 'scratch';

export interface Payloads {
  /** A payload's ID or `SCRATCH`. */
  readonly chosen: string;
  readonly payload: Payload | undefined;
  readonly data: JsonValue;
  readonly isChanged: boolean;
  /** Changes when the values are replaced from outside a field, which resets what the user was typing in it. */
  readonly edition: string;
  readonly choose: (id: string) => void;
  readonly change: (data: JsonValue) => void;
  /** Discards the changes to the chosen payload. */
  readonly revert: () => void;
  /** Call once the chosen values are saved as this payload. */
  readonly saved: (id: string) => void;
}

type Changes = { readonly [id: string]: JsonValue };

const keys = (promptId: string) => ({ chosen: `px0.payload.${promptId}`, changes: `px0.values.${promptId}` });

export function usePayloads(promptId: string, payloads: readonly Payload[]): Payloads {
  const key = keys(promptId);
  const [wanted, setWanted] = useState(() => localStorage.getItem(key.chosen));
  const [changes, setChanges] = useState<Changes>(() => storedChanges(key.changes));
  const [reverts, setReverts] = useState(0);
  const payload = wanted === SCRATCH ? undefined : (payloads.find(({ id }) => id === wanted) ?? payloads[0]);
  const chosen = payload?.id ?? SCRATCH;
  const saved = payload === undefined ? {} : asJson(payload.variables);
  const changed = changes[chosen];
  const data = changed ?? saved;
  const store = useCallback(
    (next: Changes) => {
      setChanges(next);
      sessionStorage.setItem(key.changes, JSON.stringify(next));
    },
    [key.changes],
  );
  const without = (id: string): Changes =>
    Object.fromEntries(Object.entries(changes).filter(([one]) => one !== id));
  const choose = (id: string): void => {
    localStorage.setItem(key.chosen, id);
    setWanted(id);
  };
  return {
    chosen,
    payload,
    data,
    isChanged: changed !== undefined && JSON.stringify(changed) !== JSON.stringify(saved),
    choose,
    change: (next) => store({ ...changes, [chosen]: next }),
    edition: `${chosen} ${reverts}`,
    revert: () => {
      store(without(chosen));
      setReverts(reverts + 1);
    },
    saved: (id) => {
      store(without(chosen));
      choose(id);
    },
  };
}

function storedChanges(key: string): Changes {
  try {
    const stored: unknown = readJson(sessionStorage.getItem(key) ?? '{}');
    return typeof stored === 'object' && stored !== null ? { ...(stored as Changes) } : {};
  } catch {
    return {};
  }
}
