/** What the variables must be: a table of what the template reads and its author wants, over the schema that the author writes as JSON. */
import { Sparkles } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type JsonObject, prettyJson } from '../json/mod.ts';
import type { InputSchema, ReadSchema } from '../preview/mod.ts';
import { Button, Segments } from '../ui/mod.ts';
import { CodeEditor } from './code-editor.tsx';
import { rowNamedIn, schemaRows } from './schema-rows.ts';
import { SchemaTable } from './schema-table.tsx';
import { schemaTextFault } from './schema-text-fault.ts';
import { type SavedPayload, TightenDialog } from './tighten-dialog.tsx';
import { typedObject } from './typed-object.ts';

const views = [
  { value: 'table', label: 'Table' },
  { value: 'json', label: 'JSON' },
] as const;

/** What the schema is judged by. */
export interface Inputs {
  /** What every render of the text needs. */
  readonly needed: InputSchema;
  /** That and the author's schema as one. */
  readonly read: ReadSchema;
  readonly payloads: readonly SavedPayload[];
}

export interface SchemaPanelProps {
  /** What the author wants. */
  readonly schema: JsonObject;
  readonly inputs: Inputs;
  readonly isReadOnly: boolean;
  /** Why px0 does not keep this schema: `items[].title: pattern is not supported`. */
  readonly rejection: string | undefined;
  readonly onChange: (schema: JsonObject) => void;
}

export function SchemaPanel({ schema, inputs, isReadOnly, rejection, onChange }: SchemaPanelProps) {
  const { needed, read, payloads } = inputs;
  const [view, setView] = useState<'table' | 'json'>('table');
  const [error, setError] = useState<string>();
  const [tightening, setTightening] = useState(false);
  // The editor of the JSON owns its text, and begins anew with a schema from elsewhere.
  const [edition, setEdition] = useState(0);
  const [text, setText] = useState<string>();
  const rows = useMemo(() => schemaRows(needed, schema), [needed, schema]);
  const faults = useMemo(
    () => (rejection === undefined ? [] : [schemaTextFault(text ?? prettyJson(schema), rejection, rows)]),
    [rejection, text, schema, rows],
  );
  // What no row shows is shown above.
  const isShownBelow =
    view === 'table' && rejection !== undefined && rowNamedIn(rejection, rows) !== undefined;
  const problem = error ?? (isShownBelow ? undefined : rejection);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-1">
        <p className="min-w-56 flex-1 text-muted text-xs">
          What callers must send. You can tighten what the template needs, not loosen it.
        </p>
        {!isReadOnly && (
          <Button
            size="sm"
            icon={Sparkles}
            disabledReason={tighteningReason(read, payloads)}
            onClick={() => setTightening(true)}
          >
            Tighten from payloads
          </Button>
        )}
        <Segments
          label="Input schema view"
          value={view}
          onChange={(next) => {
            setView(next);
            setText(undefined);
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
      {view === 'table' ? (
        <SchemaTable
          needed={needed}
          schema={schema}
          rows={rows}
          isReadOnly={isReadOnly}
          rejection={rejection}
          onChange={onChange}
        />
      ) : (
        <CodeEditor
          key={edition}
          language="json"
          label="Input schema as JSON"
          initialText={prettyJson(schema)}
          isReadOnly={isReadOnly}
          className="min-h-0 flex-1 overflow-hidden"
          faults={faults}
          onChange={(next) => {
            setText(next);
            const typed = typedObject(next, 'A schema');
            if (typed.ok) onChange(typed.value);
            setError(typed.ok ? undefined : typed.problem);
          }}
        />
      )}
      {tightening && read.ok && (
        <TightenDialog
          effective={read.schema}
          schema={schema}
          payloads={payloads}
          onClose={() => setTightening(false)}
          onChange={(next) => {
            onChange(next);
            setEdition((last) => last + 1);
            setText(undefined);
            setError(undefined);
          }}
        />
      )}
    </div>
  );
}

function tighteningReason(read: ReadSchema, payloads: readonly SavedPayload[]): string | undefined {
  if (!read.ok) return 'Fix the error in the schema first';
  return payloads.length === 0 ? 'Save a payload first' : undefined;
}
