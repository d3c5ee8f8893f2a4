/** What the offered sources suggest and find for the palette. */
import { useEffect, useState } from 'react';
import { type Command, type CommandSource, offeredSources } from './registry.ts';

export interface Found {
  readonly suggested: readonly Command[];
  /** The same, under the headings of what is found. */
  readonly recalled: readonly Command[];
  /** Of the last search that ended, until the next one does. */
  readonly found: readonly Command[];
  /** Whether `found` is the result for the present text. */
  readonly isSettled: boolean;
}

/** Each search is a request, so it waits for a pause in typing. */
const PAUSE_MS = 120;

export function useFound(text: string): Found {
  const [suggestions, setSuggestions] = useState<readonly Results[]>([]);
  const [{ of, found }, setFound] = useState<{ readonly of: string; readonly found: readonly Command[] }>({
    of: '',
    found: [],
  });
  useEffect(() => {
    const controller = new AbortController();
    void gather((source) => source.suggest(controller.signal)).then((results) => {
      if (!controller.signal.aborted) setSuggestions(results);
    });
    return () => controller.abort();
  }, []);
  useEffect(() => {
    if (text === '') {
      setFound({ of: '', found: [] });
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const results = await gather((source) => source.search(text, controller.signal));
      if (controller.signal.aborted) return;
      setFound({ of: text, found: results.flatMap(({ commands }) => commands) });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
  return {
    suggested: suggestions.flatMap(({ commands }) => commands),
    recalled: suggestions.flatMap(({ group, commands }) => commands.map((one) => ({ ...one, group }))),
    found: text === '' ? [] : found,
    isSettled: of === text,
  };
}

interface Results {
  readonly group: string;
  readonly commands: readonly Command[];
}

/** A source that fails does not keep the others from answering. */
async function gather(
  ask: (source: CommandSource) => Promise<readonly Command[]>,
): Promise<readonly Results[]> {
  return await Promise.all(
    offeredSources().map(async (source) => {
      const { group } = source;
      return await ask(source).then(
        (commands) => ({ group, commands }),
        () => ({ group, commands: [] }),
      );
    }),
  );
}
