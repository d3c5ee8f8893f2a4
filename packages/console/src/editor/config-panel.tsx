/** The configuration of the model: a form of the keys that px0 knows, and the whole object as JSON. */
import { useState } from 'react';
import { type JsonObject, prettyJson } from '../json/mod.ts';
import { Segments } from '../ui/mod.ts';
import { CodeEditor } from './code-editor.tsx';
import { ConfigForm } from './config-form.tsx';
import { typedObject } from './typed-object.ts';

const views = [
  { value: 'form', label: 'Form' },
  { value: 'json', label: 'JSON' },
] as const;

export interface ConfigPanelProps {
  readonly config: JsonObject;
  readonly isReadOnly: boolean;
  /** Why px0 does not keep this configuration. */
  readonly rejection: string | undefined;
  readonly onChange: (config: JsonObject) => void;
}

export function ConfigPanel({ config, isReadOnly, rejection, onChange }: ConfigPanelProps) {
  const [view, setView] = useState<'form' | 'json'>('form');
  const [error, setError] = useState<string>();
  const problem = error ?? rejection;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-3 px-4 pt-3 pb-1">
        <p className="min-w-0 flex-1 text-muted text-xs">
          Applications get it with each render. px0 never calls a model.
        </p>
        <Segments
          label="Configuration view"
          value={view}
          onChange={(next) => {
            setView(next);
            setError(undefined);
          }}
          options={views}
        />
      </div>
      {problem !== undefined && (
        <p role="status" className="mx-4 my-1 rounded-md bg-danger-soft px-3 py-1.5 text-danger-ink text-xs">
          {problem}
        </p>
      )}
      {view === 'form' ? (
        <div className="min-h-0 flex-1 overflow-y-auto px-4 pt-2 pb-4">
          <ConfigForm config={config} isReadOnly={isReadOnly} onChange={onChange} />
        </div>
      ) : (
        <CodeEditor
          language="json"
          label="Configuration as JSON"
          initialText={prettyJson(config)}
          isReadOnly={isReadOnly}
          className="min-h-0 flex-1 overflow-hidden"
          onChange={(text) => {
            const typed = typedObject(text, 'A configuration');
            if (typed.ok) onChange(typed.value);
            setError(typed.ok ? undefined : typed.problem);
          }}
        />
      )}
    </div>
  );
}
