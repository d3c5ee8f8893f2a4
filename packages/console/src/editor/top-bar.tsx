/** The bar above the editor: the version, its save status and its actions. */
import { useNavigate } from '@tanstack/react-router';
import { ArrowUpFromLine, CopyPlus, Link2 } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useCommands } from '../commands/mod.ts';
import {
  attempt,
  CompareLink,
  liveOf,
  promotionOf,
  TagDialog,
  type TaggedVersion,
  TransitionDialog,
  type TransitionRequest,
  useDuplicate,
  usePromptWrites,
  type Version,
  VersionBadge,
  VersionMenu,
} from '../prompts/mod.ts';
import { Button, Select, toast } from '../ui/mod.ts';
import type { Permissions } from '../workspace/mod.ts';
import { DraftConflict } from './draft-conflict.tsx';
import { SaveStatus } from './save-status.tsx';
import { SharedDraft, shareDraft } from './shared-draft.tsx';
import { type Draft, newDraftOf } from './use-draft.ts';
import type { VersionEditorHandle } from './version-editor.tsx';

const PROMOTE_KEYS = 'mod+shift+enter';

export interface TopBarProps {
  readonly promptId: string;
  readonly name: string;
  readonly present: TaggedVersion;
  readonly versions: readonly Version[];
  readonly permissions: Permissions;
  readonly trail: ReactNode;
  readonly draft: Draft;
  readonly editor: React.RefObject<VersionEditorHandle | null>;
  readonly isEditable: boolean;
}

export function TopBar({
  promptId,
  name,
  present,
  versions,
  permissions,
  trail,
  draft,
  editor,
  isEditable,
}: TopBarProps) {
  const { version } = present;
  const navigate = useNavigate();
  const writes = usePromptWrites();
  const duplicate = useDuplicate(promptId);
  const [request, setRequest] = useState<TransitionRequest>();
  const [tagging, setTagging] = useState(false);
  const [resolving, setResolving] = useState(false);
  const live = liveOf(versions);
  const promotion = promotionOf(version, live);
  const { status } = draft;
  const open = (number: number): void => {
    void navigate({
      to: '/prompts/$promptId/versions/$version',
      params: { promptId, version: String(number) },
    });
  };
  useEffect(() => {
    if (status.kind === 'conflict') setResolving(true);
    if (status.kind !== 'refused') return;
    toast({ tone: 'danger', title: 'Could not save your text', description: status.message });
  }, [status]);
  const saveMineAsNew = (): Promise<void> =>
    attempt(async () => {
      const { version: created } = await writes.createVersion(promptId, newDraftOf(draft.content));
      if (status.kind === 'conflict') {
        draft.resolveWith(status.theirs.content);
        editor.current?.replace(status.theirs.content);
      }
      setResolving(false);
      toast({ title: `Saved your text as draft version ${created.version}` });
      open(created.version);
    }, 'Could not create a draft');
  /** Saves first, so that px0 promotes or copies the text that the user sees. */
  const whenSaved = async (act: () => unknown): Promise<void> => {
    const { kind } = await draft.flush();
    if (kind === 'saved') await act();
    else if (kind === 'invalid') toast({ tone: 'danger', title: 'Fix the error first' });
    else if (kind !== 'conflict')
      toast({ tone: 'danger', title: 'Your text is not saved yet', description: 'Try again in a moment.' });
  };
  const promote = (): void => {
    if (promotion !== undefined) void whenSaved(() => setRequest({ kind: 'promote', version }));
  };
  useCommands([
    ...(isEditable
      ? [
          {
            id: 'save-draft',
            group: 'Editor',
            label: 'Save draft',
            shortcut: 'mod+s',
            run: () => whenSaved(() => toast({ title: 'Saved' })),
          },
        ]
      : []),
    ...(promotion && permissions.may('promoteVersion')
      ? [
          {
            id: 'promote',
            group: 'Editor',
            label: `${promotion.verb}…`,
            icon: ArrowUpFromLine,
            shortcut: PROMOTE_KEYS,
            run: promote,
          },
        ]
      : []),
    ...(permissions.may('duplicateVersion')
      ? [
          {
            id: 'copy-version',
            group: 'Editor',
            label: 'Edit as new draft',
            icon: CopyPlus,
            run: () => whenSaved(() => duplicate(version.version)),
          },
        ]
      : []),
  ]);
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-3 py-2 sm:px-4">
      <div className="min-w-0 max-sm:w-full">
        {trail}
        <h1 className="sr-only">
          {name}, version {version.version}
        </h1>
        <div className="mt-1 flex items-center gap-2">
          <Select
            label="Version"
            labelHidden
            size="sm"
            value={String(version.version)}
            onChange={(chosen) => open(Number(chosen))}
            options={versions.map((one) => ({
              value: String(one.version),
              label: `Version ${one.version}`,
              hint: [one.status, ...one.tags].join(', '),
            }))}
          />
          <VersionBadge status={version.status} />
          {isEditable && <SaveStatus status={status} onResolve={() => setResolving(true)} />}
          {status.kind === 'invalid' && (
            <Button size="sm" variant="ghost" icon={Link2} onClick={() => void shareDraft(draft.content)}>
              <span>
                Share<span className="max-sm:sr-only"> unsaved text</span>
              </span>
            </Button>
          )}
        </div>
      </div>
      <div className="ml-auto flex items-center gap-2 max-sm:ml-0 max-sm:w-full">
        {status.kind === 'refused' && (
          <Button size="md" icon={CopyPlus} onClick={() => void saveMineAsNew()}>
            Save as new draft
          </Button>
        )}
        {versions.length > 1 && (
          <CompareLink promptId={promptId} to={version.version} shortcut="mod+shift+d" />
        )}
        {promotion && (
          <Button
            variant={promotion.to === 'live' ? 'accent' : 'primary'}
            icon={ArrowUpFromLine}
            disabledReason={permissions.reason('promoteVersion')}
            shortcut={PROMOTE_KEYS}
            onClick={promote}
          >
            {promotion.verb}
          </Button>
        )}
        <span className="max-sm:ml-auto">
          <VersionMenu
            promptId={promptId}
            version={version}
            versions={versions}
            permissions={permissions}
            onRequest={setRequest}
            onTag={() => setTagging(true)}
            onDuplicate={() => void whenSaved(() => duplicate(version.version))}
            size="md"
          />
        </span>
      </div>
      <TransitionDialog
        promptId={promptId}
        versions={versions}
        request={request}
        onClose={() => setRequest(undefined)}
        onDone={({ kind }) => {
          if (kind === 'delete') void navigate({ to: '/prompts/$promptId', params: { promptId } });
        }}
      />
      <TagDialog
        promptId={promptId}
        versions={versions}
        version={tagging ? version : undefined}
        onClose={() => setTagging(false)}
      />
      <SharedDraft draft={draft} editor={editor} isEditable={isEditable} />
      <DraftConflict
        draft={draft}
        editor={editor}
        open={resolving}
        onOpenChange={setResolving}
        onSaveMineAsNew={saveMineAsNew}
      />
    </header>
  );
}
