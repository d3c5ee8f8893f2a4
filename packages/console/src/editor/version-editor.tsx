/** The left side of the editor: the prompt as a text or a conversation, the configuration of the model, the input schema, and the note. */
import { MessagesSquare, SquareFunction, Text } from 'lucide-react';
import { lazy, type Ref, Suspense, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { useCommands } from '../commands/mod.ts';
import { type Content, isChat, isSameObject, type TemplateFault } from '../preview/mod.ts';
import { Button, classes, Segments, SkeletonRows } from '../ui/mod.ts';
import { CodeEditor, type CodeEditorHandle } from './code-editor.tsx';
import { ConfigPanel } from './config-panel.tsx';
import { conversationOf, textOf } from './conversation.ts';
import { ConversationEditor, type ConversationEditorHandle } from './conversation-editor.tsx';
import { FunctionDialog } from './function-dialog.tsx';
import { NotePanel } from './note-panel.tsx';
import type { Inputs } from './schema-panel.tsx';
import type { Section, ServerFault } from './server-fault.ts';
import type { KnownVariables } from './template-completion.ts';
import { TemplateFoot } from './template-foot.tsx';

// It comes with dialogs and a judge, and many who edit a text never open it.
const SchemaPanel = lazy(async () => ({ default: (await import('./schema-panel.tsx')).SchemaPanel }));

const sections = [
  { value: 'prompt', label: 'Prompt' },
  { value: 'config', label: 'Configuration' },
  { value: 'schema', label: 'Input schema' },
  { value: 'note', label: 'Note' },
] as const;

export interface VersionEditorHandle {
  goTo(fault: TemplateFault): void;
  /** Shows other content, in one edit that the user can undo if both are texts. */
  replace(content: Content): void;
}

export interface VersionEditorProps {
  readonly ref?: Ref<VersionEditorHandle>;
  readonly version: number;
  readonly content: Content;
  readonly isReadOnly: boolean;
  /** Of the prompt. */
  readonly faults: readonly TemplateFault[];
  readonly rejected: ServerFault | undefined;
  readonly known: () => KnownVariables;
  readonly inputs: Inputs;
  readonly onChange: (change: Partial<Content>) => void;
}

export function VersionEditor(props: VersionEditorProps) {
  const { ref, version, content, isReadOnly, rejected, known, inputs, onChange } = props;
  const { body, config, schema, note } = content;
  const [section, setSection] = useState<Section>('prompt');
  const [isHelping, setHelping] = useState(false);
  useCommands([
    {
      id: 'template-functions',
      group: 'Editor',
      label: 'Functions and keywords',
      icon: SquareFunction,
      run: () => setHelping(true),
    },
  ]);
  // An editor of JSON owns its text, and begins anew with another configuration or schema.
  const [edition, setEdition] = useState(0);
  const editor = useRef<CodeEditorHandle>(null);
  const conversation = useRef<ConversationEditorHandle>(null);
  const faults = useMemo(() => {
    const isFaulty = props.faults.some(({ kind }) => kind !== 'hint');
    return !isFaulty && rejected?.section === 'prompt' ? [rejected.fault, ...props.faults] : props.faults;
  }, [props.faults, rejected]);
  const elsewhere = faultElsewhere(section, faults[0], rejected);
  const goTo = (place: TemplateFault): void => {
    setSection('prompt');
    requestAnimationFrame(() => {
      editor.current?.goTo(place);
      conversation.current?.goTo(place);
    });
  };
  useImperativeHandle(ref, () => ({
    goTo,
    replace: (next) => {
      if (isChat(next.body)) conversation.current?.replace(next.body.messages);
      else editor.current?.replace(next.body.template);
      if (!isSameObject(next.config, config) || !isSameObject(next.schema, schema)) setEdition(edition + 1);
    },
  }));
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-line border-b px-3 py-2">
        <Segments label="Part of the version" value={section} onChange={setSection} options={sections} />
        {section === 'prompt' && (
          <span className="ml-auto flex flex-wrap items-center gap-2">
            <Button size="sm" variant="ghost" icon={SquareFunction} onClick={() => setHelping(true)}>
              Functions
            </Button>
            {!isReadOnly && <FormSwitch {...props} />}
          </span>
        )}
        {isHelping && (
          <FunctionDialog
            onClose={() => setHelping(false)}
            onInsert={isReadOnly || isChat(body) ? undefined : (example) => editor.current?.insert(example)}
          />
        )}
      </div>
      {elsewhere !== undefined && (
        <button
          type="button"
          onClick={() => setSection(elsewhere.section)}
          className="border-line border-b bg-danger-soft px-4 py-1.5 text-left text-danger-ink text-xs hover:underline"
        >
          {sections.find(({ value }) => value === elsewhere.section)?.label}: {elsewhere.fault.message}
        </button>
      )}
      <div className={classes('min-h-0 flex-1 flex-col', section === 'prompt' ? 'flex' : 'hidden')}>
        {isChat(body) ? (
          <ConversationEditor
            ref={conversation}
            initialEntries={body.messages}
            isReadOnly={isReadOnly}
            faults={faults}
            known={known}
            onChange={(messages) => onChange({ body: { messages } })}
          />
        ) : (
          <CodeEditor
            ref={editor}
            language="template"
            label={`Template of version ${version}`}
            hint="Write the prompt. Variables look like {{.name}}."
            initialText={body.template}
            isReadOnly={isReadOnly}
            faults={faults}
            known={known}
            onChange={(template) => onChange({ body: { template } })}
            className="min-h-0 flex-1 overflow-hidden"
          />
        )}
        <TemplateFoot
          body={body}
          faults={faults}
          onGoTo={goTo}
          onApply={
            isReadOnly
              ? undefined
              : (place) => {
                  editor.current?.apply(place);
                  conversation.current?.apply(place);
                }
          }
        />
      </div>
      {section === 'config' && (
        <ConfigPanel
          key={edition}
          config={config}
          isReadOnly={isReadOnly}
          rejection={rejected?.section === 'config' ? rejected.fault.message : undefined}
          onChange={(next) => onChange({ config: next })}
        />
      )}
      {section === 'schema' && (
        <Suspense fallback={<SkeletonRows label="the input schema" />}>
          <SchemaPanel
            key={edition}
            schema={schema}
            inputs={inputs}
            isReadOnly={isReadOnly}
            rejection={rejected?.section === 'schema' ? rejected.fault.message : undefined}
            onChange={(next) => onChange({ schema: next })}
          />
        </Suspense>
      )}
      {section === 'note' && (
        <NotePanel note={note} isReadOnly={isReadOnly} onChange={(next) => onChange({ note: next })} />
      )}
    </>
  );
}

/** What keeps the draft from being saved, if it is in a part that is not shown. */
function faultElsewhere(
  section: Section,
  fault: TemplateFault | undefined,
  rejected: ServerFault | undefined,
): ServerFault | undefined {
  if (rejected !== undefined) return rejected.section === section ? undefined : rejected;
  if (section === 'prompt' || fault === undefined) return undefined;
  if (fault.kind === 'execution' || fault.kind === 'hint') return undefined;
  return { section: 'prompt', fault };
}

/** Turns a text into a conversation of one message, and back while that loses nothing. */
function FormSwitch({ content: { body }, onChange }: VersionEditorProps) {
  if (!isChat(body)) {
    return (
      <Button
        size="sm"
        icon={MessagesSquare}
        onClick={() => onChange({ body: conversationOf(body.template) })}
      >
        Turn into conversation
      </Button>
    );
  }
  const text = textOf(body.messages);
  return (
    <Button
      size="sm"
      icon={Text}
      disabledReason={text === undefined ? 'Only a conversation of one message can become a text' : undefined}
      onClick={() => {
        if (text !== undefined) onChange({ body: text });
      }}
    >
      Turn into text
    </Button>
  );
}
