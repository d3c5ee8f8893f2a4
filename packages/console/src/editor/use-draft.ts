/** The draft in the editor: its content and its save status. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, api, isApiError, type RequestBody, sentenceOf } from '../api/mod.ts';
import { type JsonObject, losesDigits } from '../json/mod.ts';
import {
  type Content,
  compileBody,
  contentOf,
  inputSchemaOf,
  isChat,
  isSameBody,
  isSameContent,
  isSameObject,
  wireMessages,
} from '../preview/mod.ts';
import { readVersion, type TaggedVersion, taggedVersionReading } from '../prompts/mod.ts';
import {
  type SaveAnswer as Answer,
  DraftSaver,
  type DraftState as State,
  type SaverStatus as Status,
} from './draft-saver.ts';
import { dropContent, keepContent, keptContent } from './kept-content.ts';

export type SaverStatus = Status<Content>;
type SaveAnswer = Answer<Content>;
type DraftState = State<Content>;

export interface Draft {
  readonly content: Content;
  readonly status: SaverStatus;
  readonly edit: (change: Partial<Content>) => void;
  readonly flush: () => Promise<SaverStatus>;
  readonly keepMine: () => void;
  readonly resolveWith: (content: Content) => void;
}

export interface DraftOptions {
  readonly promptId: string;
  readonly version: number;
  readonly present: TaggedVersion;
  readonly isEditable: boolean;
  /** Called when the content was replaced from outside: restored, or changed by someone else. */
  readonly onReplaced: (content: Content, why: 'restored' | 'others') => void;
}

export function useDraft({ promptId, version, present, isEditable, onReplaced }: DraftOptions): Draft {
  const queryClient = useQueryClient();
  const [content, setContent] = useState(() => contentOf(present.version));
  const [status, setStatus] = useState<SaverStatus>({ kind: 'saved' });
  const saver = useRef<DraftSaver<Content>>(null);
  const latest = useRef(content);
  const first = useRef<DraftState>({ content, etag: present.etag });
  const replaced = useRef(onReplaced);
  useEffect(() => {
    replaced.current = onReplaced;
  });
  const show = useCallback((next: Content) => {
    latest.current = next;
    setContent(next);
  }, []);

  useEffect(() => {
    if (!isEditable) return;
    const own = new DraftSaver<Content>({
      base: first.current,
      backend: { save: (next, base) => save(queryClient, promptId, version, next, base) },
      isSame: isSameContent,
      canSave,
      onStatus: (next) => {
        setStatus(next);
        if (own.hasUnsavedContent)
          keepContent(promptId, version, { content: own.content, base: own.base.content });
        else dropContent(promptId, version);
      },
    });
    saver.current = own;
    const kept = keptContent(promptId, version, own.content);
    if (kept !== undefined && !isSameContent(kept.content, own.content)) {
      own.restore(kept.content, kept.base);
      show(kept.content);
      replaced.current(kept.content, 'restored');
    }
    const warn = (event: BeforeUnloadEvent): void => {
      if (own.hasUnsavedContent) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      own.close();
      // A development build mounts twice; the second mount continues where the first stopped.
      first.current = own.base;
      saver.current = null;
    };
  }, [queryClient, promptId, version, isEditable, show]);

  useEffect(() => {
    const now = contentOf(present.version);
    if (saver.current?.observe({ content: now, etag: present.etag }) !== true) return;
    show(now);
    replaced.current(now, 'others');
  }, [present, show]);

  return {
    content,
    status,
    edit: useCallback(
      (change) => {
        const next = { ...latest.current, ...change };
        show(next);
        saver.current?.edit(next);
      },
      [show],
    ),
    flush: useCallback(async () => (await saver.current?.flush()) ?? { kind: 'saved' }, []),
    keepMine: useCallback(() => saver.current?.keepMine(), []),
    resolveWith: useCallback(
      (chosen) => {
        show(chosen);
        saver.current?.resolveWith(chosen);
      },
      [show],
    ),
  };
}

/** Whether px0 would keep it, as far as the page can tell. */
function canSave({ body, schema }: Content): boolean {
  if (!isChat(body) && body.template === '') return false;
  const compilation = compileBody(body);
  if (!compilation.ok || compilation.formFault !== undefined) return false;
  return inputSchemaOf(compilation.template.inputSchema, schema).ok;
}

/** In the form of a refusal by px0, so that it is shown in the same place. */
const LOST_DIGITS = 'invalid config: This browser can’t save this large number exactly. Use a newer browser.';

/** What the API wants in order to replace `base` by `content`. What has not changed is left out. */
function changesOf(
  content: Content,
  base: Content,
): RequestBody<'updateVersion'> & { readonly config?: JsonObject; readonly input_schema?: JsonObject } {
  const { body, config, schema, note } = content;
  return {
    ...(!isSameBody(body, base.body) && bodyOf(content)),
    ...(!isSameObject(config, base.config) && { config }),
    ...(!isSameObject(schema, base.schema) && { input_schema: schema }),
    ...(note !== base.note && { note }),
  };
}

function bodyOf({ body }: Content) {
  // Without the empty list, px0 takes a template for a mistake where the draft holds messages.
  return isChat(body) ? { messages: wireMessages(body.messages) } : { template: body.template, messages: [] };
}

/** What the API wants in order to make a draft of this content. */
export function newDraftOf(content: Content): RequestBody<'createVersion'> {
  const { config, schema, note } = content;
  return {
    ...bodyOf(content),
    config,
    ...(Object.keys(schema).length > 0 && { input_schema: schema }),
    note,
  };
}

async function save(
  queryClient: QueryClient,
  promptId: string,
  version: number,
  content: Content,
  base: DraftState,
): Promise<SaveAnswer> {
  const ref = String(version);
  const body = changesOf(content, base.content);
  if (body.config !== undefined && losesDigits(body.config)) return { kind: 'invalid', message: LOST_DIGITS };
  try {
    const { reply, headers } = await api.answer('updateVersion', {
      params: { id: promptId, version: ref },
      body,
      headers: { 'if-match': base.etag },
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
    return { kind: 'conflict', theirs: { content: contentOf(present.version), etag: present.etag } };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): SaveAnswer {
  if (
    isApiError(
      error,
      'invalidMessages',
      'invalidTemplate',
      'invalidConfig',
      'invalidInputSchema',
      'noteTooLong',
      'programTooLarge',
    )
  )
    return { kind: 'invalid', message: error.message };
  return error instanceof ApiError && error.isPassing
    ? { kind: 'unreachable' }
    : { kind: 'refused', message: sentenceOf(error) };
}
