/** The text of a message, or its parts: texts and media, each in an editor of its own. */
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { ChatEntry, MessagePart, TemplateFault } from '../preview/mod.ts';
import { IconButton, TextField } from '../ui/mod.ts';
import { CodeEditor, type CodeEditorHandle } from './code-editor.tsx';
import { moved, withParts } from './conversation.ts';
import type { KnownVariables } from './template-completion.ts';

type Message = Exclude<ChatEntry, { readonly placeholder: string }>;

export interface MessageBodyProps {
  readonly at: number;
  readonly message: Message;
  readonly isReadOnly: boolean;
  readonly faults: readonly TemplateFault[];
  readonly known: () => KnownVariables;
  readonly onEditor: (part: number, editor: CodeEditorHandle | null) => void;
  readonly onChange: (message: Message) => void;
}

const NONE: readonly TemplateFault[] = [];

export function MessageBody(props: MessageBodyProps) {
  const { at, message, isReadOnly, known, onEditor, onChange } = props;
  // Only faults of the code have a place in it.
  const faults = useMemo(() => props.faults.filter(({ kind }) => kind !== 'form'), [props.faults]);
  if ('template' in message) {
    return (
      <CodeEditor
        ref={(editor) => onEditor(0, editor)}
        language="template"
        label={`Text of message ${at + 1}`}
        hint="Write the message. Variables look like {{.name}}."
        initialText={message.template}
        isReadOnly={isReadOnly}
        faults={faults}
        known={known}
        onChange={(template) => onChange({ role: message.role, template })}
      />
    );
  }
  return <Parts {...props} message={message} faults={faults} />;
}

function Parts({
  at,
  message,
  isReadOnly,
  faults,
  known,
  onEditor,
  onChange,
}: MessageBodyProps & { readonly message: Extract<Message, { readonly parts: unknown }> }) {
  const { role, parts } = message;
  const byPart = useMemo(() => Map.groupBy(faults, (fault) => fault.at?.part), [faults]);
  // An editor owns its text, so those of other parts begin anew when the parts move.
  const [arrangement, setArrangement] = useState(0);
  const replace = (place: number, part: MessagePart): void =>
    onChange({ role, parts: parts.with(place, part) });
  const rearrange = (next: readonly MessagePart[]): void => {
    setArrangement(arrangement + 1);
    onChange(withParts(message, next));
  };
  return (
    <ol aria-label={`Parts of message ${at + 1}`} className="divide-y divide-line">
      {parts.map((part, place) => {
        const name = `${part.type} ${place + 1} of message ${at + 1}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the editor has the identity; a row is only its frame
          <li key={place}>
            <div className="flex items-center gap-1.5 px-3 pt-1.5">
              <span className="text-faint text-xs">{part.type === 'text' ? 'Text' : 'Media'}</span>
              {part.type === 'media' && (
                <TextField
                  label={`Type of ${name}`}
                  labelHidden
                  mono
                  readOnly={isReadOnly}
                  value={part.media_type ?? ''}
                  placeholder="image/png"
                  spellCheck={false}
                  autoCapitalize="none"
                  className="h-7! max-w-44 text-xs!"
                  onChange={(type) =>
                    replace(
                      place,
                      type === ''
                        ? { type: 'media', url: part.url }
                        : { type: 'media', url: part.url, media_type: type },
                    )
                  }
                />
              )}
              {!isReadOnly && (
                <span className="ml-auto flex items-center">
                  <IconButton
                    icon={ArrowUp}
                    size="sm"
                    label={`Move ${name} up`}
                    disabledReason={place === 0 ? 'It is the first' : undefined}
                    onClick={() => rearrange(moved(parts, place, place - 1))}
                  />
                  <IconButton
                    icon={ArrowDown}
                    size="sm"
                    label={`Move ${name} down`}
                    disabledReason={place === parts.length - 1 ? 'It is the last' : undefined}
                    onClick={() => rearrange(moved(parts, place, place + 1))}
                  />
                  <IconButton
                    icon={X}
                    size="sm"
                    label={`Remove ${name}`}
                    onClick={() => rearrange(parts.toSpliced(place, 1))}
                  />
                </span>
              )}
            </div>
            <CodeEditor
              key={`${part.type} ${arrangement}`}
              ref={(editor) => onEditor(place, editor)}
              language="template"
              label={part.type === 'text' ? `Text of ${name}` : `URL of ${name}`}
              hint={part.type === 'text' ? 'Write the text.' : 'https://… or {{.photo}}'}
              initialText={part.type === 'text' ? part.template : part.url}
              isReadOnly={isReadOnly}
              faults={byPart.get(place) ?? NONE}
              known={known}
              onChange={(text) =>
                replace(place, part.type === 'text' ? { ...part, template: text } : { ...part, url: text })
              }
            />
          </li>
        );
      })}
    </ol>
  );
}
