/** The form for a template's variables. It edits one JSON value and keeps the parts that have no field. */
import { Braces, Plus, Trash2, X } from 'lucide-react';
import { useId, useState } from 'react';
import {
  ExactNumber,
  isList,
  isObject,
  type JsonPath,
  type JsonValue,
  parseJson,
  prettyJson,
  valueAt,
  withoutValueAt,
  withValueAt,
} from '../json/mod.ts';
import { emptyValue, type Field, pathText, printedNumber, unusedKeys } from '../preview/mod.ts';
import { retyped, withLineFeeds } from '../text/mod.ts';
import { Badge, Button, classes, IconButton, inputClasses, Menu, MenuChoice } from '../ui/mod.ts';

export interface VariablesFormProps {
  readonly fields: readonly Field[];
  readonly data: JsonValue;
  readonly onChange: (data: JsonValue) => void;
}

export function VariablesForm({ fields, data, onChange }: VariablesFormProps) {
  const unused = unusedKeys(fields, data);
  if (fields.length === 0 && unused.length === 0) {
    return (
      <div className="px-2 py-6 text-center">
        <p className="font-medium text-sm">No variables yet</p>
        <p className="mt-1 text-muted text-sm">
          Add <code className="rounded bg-sunken px-1 py-0.5 text-xs">{'{{.name}}'}</code> to the template,
          and a field appears here.
        </p>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3.5">
      {fields.map((field) => (
        <FieldView
          key={field.path}
          field={field}
          label={field.label}
          at={[field.label]}
          data={data}
          onChange={onChange}
        />
      ))}
      {unused.length > 0 && (
        <section aria-label="Unused values" className="flex flex-col gap-1.5 border-line border-t pt-3">
          <h3 className="text-faint text-xs">Not used by this template</h3>
          <ul className="flex flex-wrap gap-1.5">
            {unused.map((key) => (
              <li
                key={key}
                className="inline-flex h-6 items-center gap-1 rounded-full border border-line pl-2 font-mono text-muted text-xs"
              >
                {key}
                <button
                  type="button"
                  aria-label={`Remove ${key}`}
                  onClick={() => onChange(withoutValueAt(data, [key]))}
                  className="grid size-6 place-items-center rounded-full text-faint hover:bg-hover hover:text-fg"
                >
                  <X aria-hidden="true" className="size-3" />
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

interface FieldViewProps {
  readonly field: Field;
  readonly label: string;
  readonly at: JsonPath;
  readonly data: JsonValue;
  readonly onChange: (data: JsonValue) => void;
}

/** Shows a value of an unexpected type as JSON, so that nothing is hidden or dropped. */
function FieldView(props: FieldViewProps) {
  const { field, at, data } = props;
  const value = valueAt(data, at);
  if (field.kind === 'list' && (value === undefined || isList(value)))
    return <ListView {...props} items={value ?? []} />;
  if (field.kind === 'map' && field.children.length > 0 && (value === undefined || isObject(value)))
    return <MapView {...props} />;
  return <LeafView {...props} value={value} />;
}

function FieldLabel({
  id,
  label,
  field,
  value,
}: {
  readonly id?: string;
  readonly label: string;
  readonly field: Field;
  readonly value: JsonValue | undefined;
}) {
  const text = <span className="break-all font-medium font-mono text-xs">{label}</span>;
  const isItem = field.label === 'item' && label !== 'item';
  return (
    <span className="flex min-w-0 items-center gap-2">
      {id === undefined ? text : <label htmlFor={id}>{text}</label>}
      {value === undefined && field.required && !isItem && <Badge tone="warning">Required</Badge>}
      {!field.required && !isItem && <span className="text-faint text-xs">optional</span>}
    </span>
  );
}

function MapView({ field, label, at, data, onChange }: FieldViewProps) {
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg border border-line p-3">
      <legend className="px-1">
        <FieldLabel label={label} field={field} value={valueAt(data, at)} />
      </legend>
      {field.children.map((child) => (
        <FieldView
          key={child.path}
          field={child}
          label={child.label}
          at={[...at, child.label]}
          data={data}
          onChange={onChange}
        />
      ))}
    </fieldset>
  );
}

function ListView({
  field,
  label,
  at,
  data,
  onChange,
  items,
}: FieldViewProps & { readonly items: readonly JsonValue[] }) {
  const element: Field = field.element ?? {
    label: 'item',
    path: `${field.path}[]`,
    required: false,
    kind: 'scalar',
    children: [],
    element: undefined,
  };
  const value = valueAt(data, at);
  return (
    <fieldset className="flex flex-col gap-2 rounded-lg border border-line p-3">
      <legend className="px-1">
        <FieldLabel label={label} field={field} value={value} />
      </legend>
      {items.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity other than their position
        <div key={index} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <FieldView
              field={element}
              label={`${index + 1}`}
              at={[...at, index]}
              data={data}
              onChange={onChange}
            />
          </div>
          <IconButton
            icon={Trash2}
            size="sm"
            label={`Remove item ${index + 1} of ${pathText(at)}`}
            onClick={() => onChange(withoutValueAt(data, [...at, index]))}
          />
        </div>
      ))}
      <div className="flex items-center gap-2">
        <Button
          size="sm"
          icon={Plus}
          onClick={() => onChange(withValueAt(data, at, [...items, emptyValue(element)]))}
        >
          Add item
        </Button>
        {value === undefined && field.required && (
          <Button size="sm" variant="ghost" onClick={() => onChange(withValueAt(data, at, []))}>
            Use empty list
          </Button>
        )}
      </div>
    </fieldset>
  );
}

type ScalarType = 'text' | 'number' | 'boolean' | 'json';

const typeNames: readonly { readonly value: ScalarType; readonly label: string }[] = [
  { value: 'text', label: 'Text' },
  { value: 'number', label: 'Number' },
  { value: 'boolean', label: 'Boolean' },
  { value: 'json', label: 'JSON' },
];

function typeOf(value: JsonValue | undefined): ScalarType {
  if (value === undefined || typeof value === 'string') return 'text';
  if (typeof value === 'number' || value instanceof ExactNumber) return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'json';
}

function converted(value: JsonValue | undefined, type: ScalarType): JsonValue {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  if (type === 'text') return text;
  if (type === 'number') return numberIn(text) ?? 0;
  if (type === 'boolean') return text !== '' && text !== 'false' && text !== '0';
  const parsed = parseJson(text);
  return parsed.ok && (isObject(parsed.value) || isList(parsed.value) || parsed.value === null)
    ? parsed.value
    : {};
}

/** The number in a text, with all its digits; undefined if it is not a number or too large to render. */
function numberIn(text: string): number | ExactNumber | undefined {
  const parsed = parseJson(text);
  if (parsed.ok && parsed.value instanceof ExactNumber) {
    return Number.isFinite(parsed.value.float) ? parsed.value : undefined;
  }
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function LeafView({
  field,
  label,
  at,
  data,
  onChange,
  value,
}: FieldViewProps & { readonly value: JsonValue | undefined }) {
  const id = useId();
  const type = field.kind !== 'scalar' && value === undefined ? 'json' : typeOf(value);
  const set = (next: JsonValue) => onChange(withValueAt(data, at, next));
  const name = pathText(at);
  const isItem = typeof at.at(-1) === 'number';
  return (
    <div className="group/field flex flex-col gap-1">
      <div className="flex h-6 items-center justify-between gap-2">
        <FieldLabel id={id} label={label} field={field} value={value} />
        <span className="flex shrink-0 items-center transition-opacity [@media(hover:hover)]:opacity-0 [@media(hover:hover)]:group-focus-within/field:opacity-100 [@media(hover:hover)]:group-hover/field:opacity-100 has-data-[state=open]:opacity-100">
          {value !== undefined && !isItem && (
            <IconButton
              icon={X}
              size="sm"
              label={`Clear ${name}`}
              className="size-6"
              onClick={() => onChange(withoutValueAt(data, at))}
            />
          )}
          {value !== undefined && (
            <Menu
              trigger={
                <button
                  type="button"
                  aria-label={`Type of ${name}: ${typeNames.find((one) => one.value === type)?.label ?? ''}`}
                  className="inline-flex h-6 items-center gap-1 rounded-md px-1.5 text-faint text-xs hover:bg-hover hover:text-fg"
                >
                  <Braces aria-hidden="true" className="size-3" />
                  {typeNames.find((one) => one.value === type)?.label}
                </button>
              }
            >
              <MenuChoice
                value={type}
                onChange={(chosen) => set(converted(value, chosen))}
                options={typeNames}
              />
            </Menu>
          )}
        </span>
      </div>
      {type === 'text' && (
        <textarea
          id={id}
          rows={1}
          value={typeof value === 'string' ? withLineFeeds(value) : ''}
          placeholder={value === undefined ? 'Not set' : ''}
          onChange={(event) => set(retyped(typeof value === 'string' ? value : '', event.target.value))}
          className={classes(inputClasses, 'field-sizing-content max-h-48 min-h-9 resize-y py-1.5 leading-5')}
        />
      )}
      {type === 'number' && (
        <NumberInput
          id={id}
          value={typeof value === 'number' || value instanceof ExactNumber ? value : 0}
          onChange={set}
        />
      )}
      {type === 'boolean' && (
        <select
          id={id}
          value={String(value)}
          onChange={(event) => set(event.target.value === 'true')}
          className={classes(inputClasses, 'h-9')}
        >
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      )}
      {type === 'json' && <JsonInput id={id} value={value} onChange={set} />}
    </div>
  );
}

/** Keeps the typed text while it is not a number yet, such as `-` or `1e`. */
function NumberInput({
  id,
  value,
  onChange,
}: {
  readonly id: string;
  readonly value: number | ExactNumber;
  readonly onChange: (value: number | ExactNumber) => void;
}) {
  const [text, setText] = useState(String(value));
  const parsed = numberIn(text);
  const shown = parsed !== undefined && String(parsed) !== String(value) ? String(value) : text;
  const isExact = value instanceof ExactNumber;
  return (
    <>
      <input
        id={id}
        inputMode="decimal"
        value={shown}
        aria-invalid={parsed === undefined}
        {...(isExact && { 'aria-describedby': `${id}-float` })}
        onChange={(event) => {
          setText(event.target.value);
          const next = numberIn(event.target.value);
          if (next !== undefined) onChange(next);
        }}
        className={classes(inputClasses, 'h-9 font-mono')}
      />
      {isExact && (
        <p id={`${id}-float`} className="text-faint text-xs">
          {Number.isFinite(value.float)
            ? `Saved with every digit, but renders print ${printedNumber(value.float)}. Change the type to Text to render it exactly.`
            : 'This number is too large to render.'}
        </p>
      )}
    </>
  );
}

function JsonInput({
  id,
  value,
  onChange,
}: {
  readonly id: string;
  readonly value: JsonValue | undefined;
  readonly onChange: (value: JsonValue) => void;
}) {
  const [text, setText] = useState<string>();
  const parsed = text === undefined ? undefined : parseJson(text);
  return (
    <>
      <textarea
        id={id}
        rows={2}
        spellCheck={false}
        value={text ?? (value === undefined ? '' : prettyJson(value))}
        placeholder='{ "key": "value" }'
        aria-invalid={parsed?.ok === false}
        {...(parsed?.ok === false && { 'aria-describedby': `${id}-error` })}
        onBlur={() => parsed?.ok === true && setText(undefined)}
        onChange={(event) => {
          setText(event.target.value);
          const next = parseJson(event.target.value);
          if (next.ok) onChange(next.value);
        }}
        className={classes(
          inputClasses,
          'field-sizing-content max-h-60 resize-y py-1.5 font-mono text-xs leading-5',
        )}
      />
      {parsed?.ok === false && (
        <p id={`${id}-error`} className="text-danger-ink text-xs">
          {parsed.message}
        </p>
      )}
    </>
  );
}
