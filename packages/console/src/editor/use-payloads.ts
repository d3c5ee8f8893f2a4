/**
 * The variables that a prompt is tried with: saved payloads, and values that are nowhere saved. What was changed in one is kept while
 * another is looked at.
 */
import type { Wire } from '@px0/contracts';
import { useCallback, useState } from 'react';
import { asJson, type JsonValue, readJson } from '../json/mod.ts';

type Payload = Wire<'PromptPayload'>;

/** Values that belong to no payload. */
export const SCRATCH = 'scratch';

export interface Payloads {
  /** An id, or `SCRATCH`. */
  readonly chosen: string;
  readonly payload: Payload | undefined;
  readonly data: JsonValue;
  readonly isChanged: boolean;
  /** Another one whenever the values were replaced from outside a field: what was being typed there is over. */
  readonly edition: string;
  readonly choose: (id: string) => void;
  readonly change: (data: JsonValue) => void;
  /** Gives up what was changed in the chosen one. */
  readonly revert: () => void;
  /** The chosen values are saved as this payload now. */
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
