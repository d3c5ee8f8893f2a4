/** The form of a configuration. Each field edits one key, and keys without a field stay as they are. */
import { Plus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import {
  ExactNumber,
  isList,
  isObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  prettyJson,
} from '../json/mod.ts';
import { Button, IconButton, Select, TextField } from '../ui/mod.ts';
import { CodeEditor } from './code-editor.tsx';
import { jsonKeys, numberKeys, numberProblem, withKey } from './config-keys.ts';

export interface ConfigFormProps {
  readonly config: JsonObject;
  readonly isReadOnly: boolean;
  readonly onChange: (config: JsonObject) => void;
}

export function ConfigForm({ config, isReadOnly, onChange }: ConfigFormProps) {
  const set = (key: string, value: JsonValue | undefined): void => onChange(withKey(config, key, value));
  const { model, stop, tool_choice: choice } = config;
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label="Model"
        readOnly={isReadOnly}
        spellCheck={false}
        autoCapitalize="none"
        value={typeof model === 'string' ? model : ''}
        placeholder="Not set"
        onChange={(text) => set('model', text === '' ? undefined : text)}
      />
      <div className="grid grid-cols-2 gap-3 xl:grid-cols-4">
        {numberKeys.map(({ key, ...field }) => (
          <NumberField
            key={key}
            {...field}
            value={config[key]}
            isReadOnly={isReadOnly}
            onChange={(value) => set(key, value)}
          />
        ))}
      </div>
      <StopField value={stop} isReadOnly={isReadOnly} onChange={(value) => set('stop', value)} />
      <ChoiceField
        value={choice}
        tools={toolNames(config['tools'])}
        isReadOnly={isReadOnly}
        onChange={(value) => set('tool_choice', value)}
      />
      {jsonKeys.map(({ key, ...field }) => (
        <JsonField
          key={key}
          {...field}
          value={config[key]}
          isReadOnly={isReadOnly}
          onChange={(value) => set(key, value)}
        />
      ))}
    </div>
  );
}

interface FieldProps {
  readonly value: JsonValue | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (value: JsonValue | undefined) => void;
}

function NumberField({
  label,
  isWhole,
  value,
  isReadOnly,
  onChange,
}: FieldProps & { readonly label: string; readonly isWhole: boolean }) {
  const shown = value === undefined ? '' : String(value instanceof ExactNumber ? value.text : value);
  // What is typed and is no number yet.
  const [typed, setTyped] = useState<string>();
  const problem = typed === undefined ? undefined : numberProblem(typed, isWhole);
  return (
    <TextField
      label={label}
      mono
      inputMode="decimal"
      readOnly={isReadOnly}
      value={typed ?? shown}
      placeholder="Not set"
      error={problem}
      onBlur={() => {
        if (problem === undefined) setTyped(undefined);
      }}
      onChange={(text) => {
        setTyped(text);
        if (text.trim() === '') onChange(undefined);
        else if (numberProblem(text, isWhole) === undefined) {
          const parsed = parseJson(text);
          if (parsed.ok) onChange(parsed.value);
        }
      }}
    />
  );
}

function StopField({ value, isReadOnly, onChange }: FieldProps) {
  const fields = useRef<HTMLFieldSetElement>(null);
  const stops = isList(value)
    ? value.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
    : [];
  const change = (next: readonly string[]): void => onChange(next.length === 0 ? undefined : next);
  const add = (): void => {
    change([...stops, '']);
    requestAnimationFrame(() => [...(fields.current?.querySelectorAll('input') ?? [])].at(-1)?.focus());
  };
  return (
    <fieldset ref={fields} className="flex flex-col gap-1.5">
      <legend className="mb-1.5 font-medium text-sm">Stop</legend>
      {stops.map((text, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text has no identity but its place
        <div key={at} className="flex items-center gap-1.5">
          <div className="min-w-0 flex-1">
            {/* An input holds one line; JSON shows the others. */}
            <TextField
              label={`Stop sequence ${at + 1}`}
              labelHidden
              mono
              readOnly={isReadOnly || text.includes('\n')}
              value={text.includes('\n') ? JSON.stringify(text) : text}
              onChange={(next) => change(stops.with(at, next))}
            />
          </div>
          {!isReadOnly && (
            <IconButton
              icon={X}
              size="sm"
              label={`Remove stop sequence ${at + 1}`}
              onClick={() => change(stops.toSpliced(at, 1))}
            />
          )}
        </div>
      ))}
      {isReadOnly ? (
        stops.length === 0 && <p className="text-faint text-sm">Not set</p>
      ) : (
        <div>
          <Button size="sm" icon={Plus} onClick={add}>
            Add stop sequence
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function ChoiceField({
  value,
  tools,
  isReadOnly,
  onChange,
}: FieldProps & { readonly tools: readonly string[] }) {
  const named = isObject(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
  const chosen = named === undefined ? (typeof value === 'string' ? value : 'unset') : `tool ${named}`;
  const names = new Set([...tools, ...(named === undefined ? [] : [named])]);
  return (
    <Select
      label="Tool choice"
      disabled={isReadOnly}
      value={chosen}
      onChange={(next) => {
        if (next === 'unset') onChange(undefined);
        else onChange(next.startsWith('tool ') ? { name: next.slice(5) } : next);
      }}
      options={[
        { value: 'unset', label: 'Not set' },
        { value: 'auto', label: 'Auto', hint: 'The model decides' },
        { value: 'none', label: 'None', hint: 'The model calls no tool' },
        { value: 'required', label: 'Required', hint: 'The model calls a tool' },
        ...[...names].map((name) => ({
          value: `tool ${name}`,
          label: name,
          hint: 'The model calls this tool',
        })),
      ]}
    />
  );
}

interface JsonFieldProps extends FieldProps {
  readonly label: string;
  /** The label within a sentence. */
  readonly noun: string;
  readonly hint: string;
  readonly initial: JsonValue;
}

function JsonField({ label, noun, hint, initial, value, isReadOnly, onChange }: JsonFieldProps) {
  const [problem, setProblem] = useState<string>();
  if (value === undefined) {
    if (isReadOnly) return null;
    return (
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button size="sm" icon={Plus} onClick={() => onChange(initial)}>
          Add {noun}
        </Button>
        <span className="text-faint text-xs">{hint}</span>
      </div>
    );
  }
  return (
    <section aria-label={label} className="flex flex-col gap-1.5">
      <div className="flex items-center gap-2">
        <h2 className="font-medium text-sm">{label}</h2>
        {!isReadOnly && (
          <IconButton
            icon={X}
            size="sm"
            label={`Remove ${noun}`}
            onClick={() => {
              setProblem(undefined);
              onChange(undefined);
            }}
          />
        )}
      </div>
      {problem !== undefined && <p className="text-danger-ink text-xs">Not saved: {problem}</p>}
      <CodeEditor
        language="json"
        label={`${label} as JSON`}
        initialText={prettyJson(value)}
        isReadOnly={isReadOnly}
        className="max-h-72 overflow-auto rounded-md border border-line-strong"
        onChange={(text) => {
          const parsed = parseJson(text);
          if (parsed.ok) onChange(parsed.value);
          setProblem(parsed.ok ? undefined : parsed.message);
        }}
      />
    </section>
  );
}

function toolNames(tools: JsonValue | undefined): readonly string[] {
  if (!isList(tools)) return [];
  return tools.flatMap((tool) => (isObject(tool) && typeof tool['name'] === 'string' ? [tool['name']] : []));
}
