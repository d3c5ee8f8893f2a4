/** The page of a version. A draft can be edited and saves automatically; any other version is read-only. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Activity, useDeferredValue, useMemo, useRef, useState } from 'react';
import {
  type Body,
  formFault,
  inputSchemaOf,
  isChat,
  type ReadSchema,
  type TemplateFault,
  textsIn,
  useJudgement,
} from '../preview/mod.ts';
import {
  payloadsReading,
  promptReading,
  type TaggedVersion,
  Trail,
  taggedVersionReading,
  versionsReading,
} from '../prompts/mod.ts';
import { classes, toast, useDocumentTitle, useIsWide } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { definitionsIn } from './completion-scope.ts';
import { formFields } from './form-fields.ts';
import { type Pane, PaneChoice } from './pane-choice.tsx';
import { PreviewPanel } from './preview-panel.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { type ServerFault, serverFault } from './server-fault.ts';
import { TopBar } from './top-bar.tsx';
import { useDraft } from './use-draft.ts';
import { usePayloads } from './use-payloads.ts';
import { useTried } from './use-tried.ts';
import { VariablesPanel } from './variables-panel.tsx';
import { VersionEditor, type VersionEditorHandle } from './version-editor.tsx';

const route = getRouteApi('/shell/prompts/$promptId/versions/$version');

export function EditorPage() {
  const { promptId, version } = route.useParams();
  const { data: present } = useSuspenseQuery(taggedVersionReading(promptId, version));
  // The key resets all state for another version, or once the version is no longer a draft.
  return (
    <Workbench
      key={`${present.version.id} ${present.version.status}`}
      promptId={promptId}
      present={present}
    />
  );
}

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
  const editor = useRef<VersionEditorHandle>(null);
  const [pane, setPane] = useState<Pane>('template');
  // A phone shows one pane, and renders the others when it has nothing else to do. Once shown, a pane keeps what is open in it.
  const isWide = useIsWide('lg');
  const [seen, setSeen] = useState<readonly Pane[]>([]);
  const unseen = (['template', 'variables', 'preview'] as const).filter(
    (one) => (isWide || one === pane) && !seen.includes(one),
  );
  if (unseen.length > 0) setSeen([...seen, ...unseen]);
  const modeOf = (one: Pane): 'hidden' | 'visible' => (seen.includes(one) ? 'visible' : 'hidden');
  useDocumentTitle(`${prompt.name}, version ${version.version}`);
  const draft = useDraft({
    promptId,
    version: version.version,
    present,
    isEditable,
    onReplaced: (content, why) => {
      editor.current?.replace(content);
      toast({
        tone: 'info',
        title: why === 'restored' ? 'Restored your unsaved text' : 'Someone else changed this draft',
        description:
          why === 'restored' ? 'It was stored in this browser.' : 'The editor now shows their text.',
      });
    },
  });
  const values = usePayloads(promptId, payloads);
  const { content, status } = draft;
  const tried = useTried(content.body, values);
  const input = useMemo(() => inputSchemaOf(tried.needed, content.schema), [tried.needed, content.schema]);
  // While the text of a draft needs what its schema refuses, px0 saves neither.
  const schema = input.ok ? input.schema : tried.needed;
  const violation = useJudgement(schema, useDeferredValue(values.data));
  const fields = useMemo(
    () => formFields(tried.fields, schema, placeholdersOf(content.body)),
    [tried.fields, schema, content.body],
  );
  const rejected =
    status.kind === 'invalid' && status.message !== undefined
      ? serverFault(status.message, content.body)
      : schemaFault(input);
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
        hasFault={tried.faults.some(({ kind }) => kind !== 'hint')}
        missing={tried.preview.missing.length}
      />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]">
        <section
          aria-label="Template"
          className={classes('min-h-0 flex-col lg:flex', pane === 'template' ? 'flex' : 'hidden')}
        >
          <VersionEditor
            ref={editor}
            version={version.version}
            content={content}
            isReadOnly={!isEditable}
            faults={tried.faults}
            rejected={rejected}
            known={() => ({
              fields: tried.fields,
              data: values.data,
              definitions: textsIn(content.body).flatMap(definitionsIn),
            })}
            inputs={{ needed: tried.needed, read: input, payloads }}
            onChange={draft.edit}
          />
        </section>
        <div
          className={classes(
            'min-h-0 min-w-0 border-line lg:grid lg:grid-cols-[minmax(0,1fr)] lg:grid-rows-[minmax(0,1fr)_minmax(0,1.1fr)] lg:border-l',
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
            <Activity mode={modeOf('variables')}>
              <VariablesPanel
                promptId={promptId}
                version={version.version}
                isChat={isChat(content.body)}
                fields={fields}
                values={values}
                problems={violation?.problems}
                permissions={permissions}
              />
            </Activity>
          </section>
          <section
            aria-label="Preview"
            className={classes('min-h-0 bg-panel max-lg:h-full', pane !== 'preview' && 'max-lg:hidden')}
          >
            <Activity mode={modeOf('preview')}>
              <PreviewPanel
                preview={tried.preview}
                errors={tried.faults.filter(({ kind }) => kind === 'syntax').length}
                last={tried.last}
                contract={prompt.contract}
                violation={violation?.detail}
                isChat={isChat(content.body)}
                config={content.config}
                slug={prompt.slug}
                onGoTo={goTo}
              />
            </Activity>
          </section>
        </div>
      </div>
    </div>
  );
}

/** The page finds it before px0 is asked to save. */
function schemaFault(input: ReadSchema): ServerFault | undefined {
  return input.ok ? undefined : { section: 'schema', fault: formFault(input.message) };
}

/** The variables that hold messages. */
function placeholdersOf(body: Body): ReadonlySet<string> {
  const entries = isChat(body) ? body.messages : [];
  return new Set(entries.flatMap((entry) => ('placeholder' in entry ? [entry.placeholder] : [])));
}
