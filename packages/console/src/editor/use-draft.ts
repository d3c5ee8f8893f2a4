/** The draft in the editor: its text and its save status. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, api, isApiError, sentenceOf } from '../api/mod.ts';
import { compileTemplate } from '../preview/mod.ts';
import { readVersion, type TaggedVersion, taggedVersionReading } from '../prompts/mod.ts';
import { DraftSaver, type SaveAnswer, type SaverStatus } from './draft-saver.ts';
import { dropText, keepText, keptText } from './kept-text.ts';

export interface Draft {
  readonly text: string;
  readonly status: SaverStatus;
  readonly edit: (text: string) => void;
  readonly flush: () => Promise<SaverStatus>;
  readonly keepMine: () => void;
  readonly resolveWith: (text: string) => void;
}

export interface DraftOptions {
  readonly promptId: string;
  readonly version: number;
  readonly present: TaggedVersion;
  readonly isEditable: boolean;
  /** Called when the text was replaced from outside: restored, or changed by someone else. */
  readonly onReplaced: (text: string, why: 'restored' | 'others') => void;
}

export function useDraft({ promptId, version, present, isEditable, onReplaced }: DraftOptions): Draft {
  const queryClient = useQueryClient();
  const [text, setText] = useState(present.version.template);
  const [status, setStatus] = useState<SaverStatus>({ kind: 'saved' });
  const saver = useRef<DraftSaver>(null);
  const first = useRef(present);
  const replaced = useRef(onReplaced);
  useEffect(() => {
    replaced.current = onReplaced;
  });

  useEffect(() => {
    if (!isEditable) return;
    const { version: drafted, etag } = first.current;
    const own = new DraftSaver({
      base: { template: drafted.template, etag },
      backend: { save: (template, match) => save(queryClient, promptId, version, template, match) },
      canSave: (template) => template !== '' && compileTemplate(template).ok,
      onStatus: (next) => {
        setStatus(next);
        if (own.hasUnsavedText) keepText(promptId, version, { text: own.text, base: own.base.template });
        else dropText(promptId, version);
      },
    });
    saver.current = own;
    const kept = keptText(promptId, version);
    if (kept !== undefined && kept.text !== drafted.template) {
      own.restore(kept.text, kept.base);
      setText(kept.text);
      replaced.current(kept.text, 'restored');
    }
    const warn = (event: BeforeUnloadEvent): void => {
      if (own.hasUnsavedText) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      own.close();
      // A development build mounts twice; the second mount continues where the first stopped.
      first.current = {
        ...first.current,
        version: { ...drafted, template: own.base.template },
        etag: own.base.etag,
      };
      saver.current = null;
    };
  }, [queryClient, promptId, version, isEditable]);

  useEffect(() => {
    const { etag, version: now } = present;
    if (saver.current?.observe({ template: now.template, etag }) !== true) return;
    setText(now.template);
    replaced.current(now.template, 'others');
  }, [present]);

  return {
    text,
    status,
    edit: useCallback((next: string) => {
      setText(next);
      saver.current?.edit(next);
    }, []),
    flush: useCallback(async () => (await saver.current?.flush()) ?? { kind: 'saved' }, []),
    keepMine: useCallback(() => saver.current?.keepMine(), []),
    resolveWith: useCallback((chosen: string) => {
      setText(chosen);
      saver.current?.resolveWith(chosen);
    }, []),
  };
}

async function save(
  queryClient: QueryClient,
  promptId: string,
  version: number,
  template: string,
  match: string,
): Promise<SaveAnswer> {
  const ref = String(version);
  try {
    const { reply, headers } = await api.answer('updateVersion', {
      params: { id: promptId, version: ref },
      body: { template },
      headers: { 'if-match': match },
    });
    const etag = headers.get('etag');
    // A success without an entity tag did not come from px0, so it does not count as saved.
    if (etag === null) return { kind: 'unreachable' };
    const saved: TaggedVersion = { version: reply.version, etag };
    queryClient.setQueryData(taggedVersionReading(promptId, ref).queryKey, saved);
    // Lists hold the text, too. They reload on their next use, not after each save.
    for (const id of ['listVersions', 'listPromptAudit', 'listPrompts']) {
      void queryClient.invalidateQueries({ queryKey: [id], refetchType: 'none' });
    }
    return { kind: 'saved', etag: saved.etag };
  } catch (error) {
    return isApiError(error, 'preconditionFailed') ? theirs(promptId, ref) : failure(error);
  }
}

async function theirs(promptId: string, version: string): Promise<SaveAnswer> {
  try {
    const present = await readVersion(promptId, version);
    if (present.version.status !== 'draft')
      return { kind: 'refused', message: 'This version is no longer a draft.' };
    return { kind: 'conflict', theirs: { template: present.version.template, etag: present.etag } };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): SaveAnswer {
  return error instanceof ApiError && error.isPassing
    ? { kind: 'unreachable' }
    : { kind: 'refused', message: sentenceOf(error) };
}
