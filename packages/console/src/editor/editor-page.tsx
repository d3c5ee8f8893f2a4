/** One version of a prompt. A draft is edited here and saved by itself; every other version is shown, tried and moved on. */

import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowUpFromLine, Columns2, CopyPlus, Lock } from 'lucide-react';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useCommands } from '../commands/mod.ts';
import {
  attempt,
  liveOf,
  payloadsReading,
  promotionOf,
  promptReading,
  TagDialog,
  type TaggedVersion,
  Trail,
  TransitionDialog,
  type TransitionRequest,
  taggedVersionReading,
  useDuplicate,
  usePromptWrites,
  type Version,
  VersionBadge,
  VersionMenu,
  versionRoute,
  versionsReading,
} from '../prompts/mod.ts';
import { Button, buttonClasses, classes, Select, toast, useDocumentTitle } from '../ui/mod.ts';
import { type Permissions, usePermissions } from '../workspace/mod.ts';
import { CodeEditor, type CodeEditorHandle } from './code-editor.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { type Compilation, compileTemplate, previewOf } from './preview.ts';
import { PreviewPanel, Size } from './preview-panel.tsx';
import { SaveStatus } from './save-status.tsx';
import type { TemplateFault } from './template-fault.ts';
import { type Draft, useDraft } from './use-draft.ts';
import { type Payloads, usePayloads } from './use-payloads.ts';
import type { Field } from './variable-fields.ts';
import { VariablesPanel } from './variables-panel.tsx';

export function EditorPage() {
  const { promptId, version } = versionRoute.useParams();
  const { data: present } = useSuspenseQuery(taggedVersionReading(promptId, version));
  // A version that has left draft, or another version, is another page: nothing of the old one may linger.
  return (
    <Workbench
      key={`${present.version.id} ${present.version.status}`}
      promptId={promptId}
      present={present}
    />
  );
}

type Pane = 'template' | 'variables' | 'preview';

interface WorkbenchProps {
  readonly promptId: string;
  readonly present: TaggedVersion;
}

function Workbench({ promptId, present }: WorkbenchProps) {
  const { version } = present;
  const { prompt } = useSuspenseQuery(promptReading(promptId)).data;
  const { versions } = useSuspenseQuery(versionsReading(promptId)).data;
  const { payloads } = useSuspenseQuery(payloadsReading(promptId)).data;
  const permissions = usePermissions({ teamId: prompt.team_id });
  const isEditable = version.status === 'draft' && permissions.may('updateVersion');
  const editor = useRef<CodeEditorHandle>(null);
  const [pane, setPane] = useState<Pane>('template');
  useDocumentTitle(`${prompt.name}, version ${version.version}`);
  const draft = useDraft({
    promptId,
    version: version.version,
    present,
    isEditable,
    onReplaced: (text, why) => {
      editor.current?.replace(text);
      toast({
        tone: 'info',
        title: why === 'restored' ? 'Your unsaved text was restored' : 'Somebody changed this draft',
        description: why === 'restored' ? 'It had been kept in this browser.' : 'You see their text now.',
      });
    },
  });
  const values = usePayloads(promptId, payloads);
  const tried = useTried(draft.text, values);
  const goTo = (fault: TemplateFault): void => {
    setPane('template');
    requestAnimationFrame(() => editor.current?.goTo(fault));
  };
  return (
    <div className="flex h-[calc(100dvh-3.25rem)] flex-col lg:h-dvh">
      <TopBar
        promptId={promptId}
        name={prompt.name}
        present={present}
        versions={versions}
        permissions={permissions}
        trail={<Trail prompt={prompt} here={`Version ${version.version}`} />}
        draft={draft}
        editor={editor}
        isEditable={isEditable}
      />
      {!isEditable && <ReadOnlyNote promptId={promptId} version={version} permissions={permissions} />}
      <PaneChoice
        pane={pane}
        onChange={setPane}
        hasFault={tried.fault !== undefined}
        missing={tried.preview.missing.length}
      />
      <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]">
        <section
          aria-label="Template"
          className={classes('min-h-0 flex-col lg:flex', pane === 'template' ? 'flex' : 'hidden')}
        >
          <CodeEditor
            ref={editor}
            language="template"
            label={`Template of version ${version.version}`}
            hint="Write the prompt. Variables look like {{.name}}."
            initialText={version.template}
            isReadOnly={!isEditable}
            fault={tried.fault}
            known={() => ({ fields: tried.fields, data: values.data })}
            onChange={draft.edit}
            className="min-h-0 flex-1 overflow-hidden"
          />
          <Foot text={draft.text} fault={tried.fault} onGoTo={goTo} />
        </section>
        <div
          className={classes(
            'min-h-0 border-line lg:grid lg:grid-rows-[minmax(0,1fr)_minmax(0,1.1fr)] lg:border-l',
            pane === 'template' && 'max-lg:hidden',
          )}
        >
          <section
            aria-label="Variables"
            className={classes(
              'min-h-0 border-line max-lg:h-full lg:border-b',
              pane !== 'variables' && 'max-lg:hidden',
            )}
          >
            <VariablesPanel
              promptId={promptId}
              fields={tried.fields}
              values={values}
              permissions={permissions}
            />
          </section>
          <section
            aria-label="Preview"
            className={classes('min-h-0 bg-panel max-lg:h-full', pane !== 'preview' && 'max-lg:hidden')}
          >
            <PreviewPanel preview={tried.preview} lastOutput={tried.lastOutput} onGoTo={goTo} />
          </section>
        </div>
      </div>
    </div>
  );
}

interface Tried {
  readonly fault: TemplateFault | undefined;
  readonly fields: readonly Field[];
  readonly preview: ReturnType<typeof previewOf>;
  readonly lastOutput: string | undefined;
}

/** The template tried with the values. While it is broken the fields and the output of the last one that was not stay. */
function useTried(text: string, values: Payloads): Tried {
  // Typing is never held up by a long render: the preview follows when there is time.
  const tried = useDeferredValue(text);
  const data = useDeferredValue(values.data);
  const compilation = useMemo(() => compileTemplate(tried), [tried]);
  const preview = useMemo(() => previewOf(tried, compilation, data), [tried, compilation, data]);
  const lastGood = useRef<{ fields: readonly Field[]; output: string | undefined }>({
    fields: [],
    output: undefined,
  });
  useEffect(() => {
    if (compilation.ok) lastGood.current.fields = compilation.fields;
    if (preview.output !== undefined) lastGood.current.output = preview.output;
  }, [compilation, preview]);
  return {
    // A place in an older text would be the wrong place.
    fault: tried === text ? shownFault(compilation, preview) : undefined,
    fields: compilation.ok ? compilation.fields : lastGood.current.fields,
    preview,
    lastOutput: lastGood.current.output,
  };
}

/** A value that is merely not set yet is no fault of the template. */
function shownFault(
  compilation: Compilation,
  { fault, missing }: ReturnType<typeof previewOf>,
): TemplateFault | undefined {
  return compilation.ok && missing.length > 0 ? undefined : fault;
}

interface TopBarProps {
  readonly promptId: string;
  readonly name: string;
  readonly present: TaggedVersion;
  readonly versions: readonly Version[];
  readonly permissions: Permissions;
  readonly trail: ReactNode;
  readonly draft: Draft;
  readonly editor: React.RefObject<CodeEditorHandle | null>;
  readonly isEditable: boolean;
}

function TopBar({
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
    toast({ tone: 'danger', title: 'Your text was not saved', description: status.message });
  }, [status]);
  const saveMineAsNew = (): Promise<void> =>
    attempt(async () => {
      const { version: created } = await writes.createVersion(promptId, draft.text);
      if (status.kind === 'conflict') {
        draft.resolveWith(status.theirs.template);
        editor.current?.replace(status.theirs.template);
      }
      setResolving(false);
      toast({ title: `Your text is the new draft version ${created.version}` });
      open(created.version);
    }, 'No new draft was made');
  /** What is promoted or copied is what is seen, so it is saved first. */
  const whenSaved = async (act: () => unknown): Promise<void> => {
    const { kind } = await draft.flush();
    if (kind === 'saved') await act();
    else if (kind === 'invalid')
      toast({ tone: 'danger', title: 'The template has an error', description: 'Correct it first.' });
    else if (kind !== 'conflict')
      toast({ tone: 'danger', title: 'The text is not saved yet', description: 'Try again in a moment.' });
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
            label: 'Save the draft now',
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
            shortcut: 'mod+shift+enter',
            run: promote,
          },
        ]
      : []),
    ...(permissions.may('duplicateVersion')
      ? [
          {
            id: 'copy-version',
            group: 'Editor',
            label: 'Edit a copy as new draft',
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
        </div>
      </div>
      <div className="ml-auto flex items-center gap-2 max-sm:ml-0 max-sm:w-full">
        {status.kind === 'refused' && (
          <Button size="md" icon={CopyPlus} onClick={() => void saveMineAsNew()}>
            Save as new draft
          </Button>
        )}
        {versions.length > 1 && (
          <Link
            to="/prompts/$promptId/compare"
            params={{ promptId }}
            search={{ to: version.version }}
            className={buttonClasses('secondary')}
          >
            <Columns2 aria-hidden="true" className="size-3.5" />
            Compare
          </Link>
        )}
        {promotion && (
          <Button
            variant={promotion.to === 'live' ? 'accent' : 'primary'}
            icon={ArrowUpFromLine}
            disabledReason={permissions.reason('promoteVersion')}
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
      {status.kind === 'conflict' && (
        <ConflictDialog
          open={resolving}
          onOpenChange={setResolving}
          mine={draft.text}
          theirs={status.theirs.template}
          onKeepMine={() => {
            draft.keepMine();
            setResolving(false);
            toast({ title: 'The draft has your text now' });
          }}
          onTakeTheirs={() => {
            const mine = draft.text;
            draft.resolveWith(status.theirs.template);
            editor.current?.replace(status.theirs.template);
            setResolving(false);
            toast({
              title: 'The draft has their text',
              description: 'Yours can be had back.',
              action: { label: 'Use mine after all', run: () => editor.current?.replace(mine) },
            });
          }}
          onMerge={(text) => {
            draft.resolveWith(text);
            editor.current?.replace(text);
            setResolving(false);
            toast({ title: 'The draft has the merged text' });
          }}
          onSaveMineAsNew={saveMineAsNew}
        />
      )}
    </header>
  );
}

interface ReadOnlyNoteProps {
  readonly promptId: string;
  readonly version: Version;
  readonly permissions: Permissions;
}

function ReadOnlyNote({ promptId, version, permissions }: ReadOnlyNoteProps) {
  const duplicate = useDuplicate(promptId);
  const isDraft = version.status === 'draft';
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b bg-panel px-4 py-2 text-muted text-sm">
      <Lock aria-hidden="true" className="size-3.5 shrink-0" />
      <span className="min-w-0 flex-1">
        {isDraft
          ? permissions.reason('updateVersion')
          : `A version that is ${version.status} can no longer be edited. You can try it here with other values.`}
      </span>
      {!isDraft && (
        <Button
          size="sm"
          icon={CopyPlus}
          disabledReason={permissions.reason('duplicateVersion')}
          onClick={() => void duplicate(version.version)}
        >
          Edit as new draft
        </Button>
      )}
    </p>
  );
}

interface PaneChoiceProps {
  readonly pane: Pane;
  readonly onChange: (pane: Pane) => void;
  readonly hasFault: boolean;
  readonly missing: number;
}

/** On a narrow screen one part is seen at a time. */
function PaneChoice({ pane, onChange, hasFault, missing }: PaneChoiceProps) {
  const panes = [
    { value: 'template', label: 'Template', mark: hasFault ? 'has an error' : undefined },
    { value: 'variables', label: 'Variables', mark: missing > 0 ? `${missing} not set` : undefined },
    { value: 'preview', label: 'Preview', mark: undefined },
  ] as const;
  return (
    <fieldset className="grid grid-cols-3 border-line border-b lg:hidden">
      <legend className="sr-only">Part of the page</legend>
      {panes.map(({ value, label, mark }) => (
        <button
          key={value}
          type="button"
          aria-pressed={pane === value}
          onClick={() => onChange(value)}
          className={classes(
            'inline-flex h-10 items-center justify-center gap-1.5 border-b-2 text-sm -outline-offset-2',
            pane === value ? 'border-fg font-medium' : 'border-transparent text-muted',
          )}
        >
          {label}
          {mark !== undefined && (
            <span className="size-1.5 rounded-full bg-warning">
              <span className="sr-only">{mark}</span>
            </span>
          )}
        </button>
      ))}
    </fieldset>
  );
}

interface FootProps {
  readonly text: string;
  readonly fault: TemplateFault | undefined;
  readonly onGoTo: (fault: TemplateFault) => void;
}

function Foot({ text, fault, onGoTo }: FootProps) {
  return (
    <footer className="flex min-h-8 items-center gap-3 border-line border-t bg-panel px-3 py-1 text-xs">
      <span role="status" className="min-w-0 flex-1">
        {fault === undefined ? (
          <span className="text-faint">No errors</span>
        ) : (
          <button
            type="button"
            onClick={() => onGoTo(fault)}
            className={classes(
              'max-w-full truncate rounded-sm text-left hover:underline',
              fault.kind === 'syntax' ? 'text-danger-ink' : 'text-warning-ink',
            )}
          >
            {fault.line}:{fault.column} {fault.message}
          </button>
        )}
      </span>
      <span className="shrink-0 text-faint tabular-nums max-sm:hidden">
        <Size text={text} />
      </span>
    </footer>
  );
}
