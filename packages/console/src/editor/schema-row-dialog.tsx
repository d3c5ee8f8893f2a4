/** Edits what the author says of one variable. Keywords without a field stay as they are. */
import { useState } from 'react';
import { isList, type JsonObject, type JsonValue, parseJson } from '../json/mod.ts';
import { Checkbox, FormDialog, Select, TextArea, TextField } from '../ui/mod.ts';
import { numberProblem } from './config-keys.ts';
import {
  authoredTypes,
  isAllowed,
  type JsonType,
  jsonTypes,
  neededTypes,
  type SchemaRow,
  typesOf,
  withKeywords,
  withRefusal,
  withRequired,
} from './schema-rows.ts';
import { linesOf, type Reading, valuesIn } from './value-lines.ts';

const boundFields = [
  { keyword: 'minLength', label: 'Minimum characters', types: ['string'], isWhole: true },
  { keyword: 'maxLength', label: 'Maximum characters', types: ['string'], isWhole: true },
  { keyword: 'minimum', label: 'Minimum', types: ['number', 'integer'], isWhole: false },
  { keyword: 'maximum', label: 'Maximum', types: ['number', 'integer'], isWhole: false },
  { keyword: 'minItems', label: 'Minimum items', types: ['array'], isWhole: true },
  { keyword: 'maxItems', label: 'Maximum items', types: ['array'], isWhole: true },
] as const;

type Bounds = Readonly<Record<string, string>>;

export interface SchemaRowDialogProps {
  readonly row: SchemaRow;
  readonly schema: JsonObject;
  readonly onClose: () => void;
  readonly onChange: (schema: JsonObject) => void;
}

export function SchemaRowDialog({ row, schema, onClose, onChange }: SchemaRowDialogProps) {
  const authored = row.authored ?? {};
  const [types, setTypes] = useState(() => authoredTypes(row));
  const [isSeveral, setSeveral] = useState((types?.length ?? 0) > 1);
  const [isRequired, setRequired] = useState(row.isRequired);
  const [refuses, setRefuses] = useState(authored['additionalProperties'] === false);
  const [description, setDescription] = useState(() => textOf(authored['description']));
  const first = { enum: lines(authored['enum'], row), examples: lines(authored['examples'], row) };
  const [values, setValues] = useState(first.enum);
  const [examples, setExamples] = useState(first.examples);
  const [bounds, setBounds] = useState<Bounds>(() =>
    Object.fromEntries(boundFields.map(({ keyword }) => [keyword, numberText(authored[keyword])])),
  );
  const all = types ?? neededTypes(row);
  const fields = boundFields.filter(
    ({ keyword, types: own }) =>
      bounds[keyword] !== '' || (all !== undefined && own.some((type) => all.includes(type))),
  );
  const problemOf = ({ keyword, isWhole }: (typeof boundFields)[number]): string | undefined =>
    numberProblem(bounds[keyword] ?? '', isWhole);
  const save = (): void => {
    const reading = readingOf(all);
    const keywords: Record<string, JsonValue | undefined> = {
      type: types?.length === 1 ? types[0] : types,
      description: description === '' ? undefined : description,
      ...(values !== first.enum && { enum: valuesOr(values, reading) }),
      ...(examples !== first.examples && { examples: valuesOr(examples, reading) }),
    };
    for (const { keyword } of boundFields) {
      const text = bounds[keyword] ?? '';
      if (text !== numberText(authored[keyword])) keywords[keyword] = numberIn(text);
    }
    const edited = withRequired(withKeywords(schema, row, keywords), row, isRequired);
    const wasRefusing = authored['additionalProperties'] === false;
    onChange(refuses === wasRefusing ? edited : withRefusal(edited, row.at, row.keys, refuses));
  };
  return (
    <FormDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Edit ${row.place}`}
      submitLabel="Apply"
      disabledReason={
        isSeveral && types?.length === 0
          ? 'Choose a type'
          : fields.some((field) => problemOf(field) !== undefined)
            ? 'Correct the number'
            : undefined
      }
      onSubmit={async () => save()}
    >
      <TypeField
        row={row}
        types={types}
        isSeveral={isSeveral}
        onChange={(next, several) => {
          setTypes(next);
          setSeveral(several);
        }}
      />
      {row.name !== undefined && (
        <Checkbox
          label="Required"
          {...(row.isRequiredByTemplate && { hint: 'Every render needs it.' })}
          disabled={row.isRequiredByTemplate}
          checked={isRequired}
          onChange={setRequired}
        />
      )}
      <TextArea label="Description" rows={2} value={description} onChange={setDescription} />
      <TextArea
        label="Allowed values"
        mono
        rows={3}
        spellCheck={false}
        hint="One per line. Leave empty to allow any value."
        value={values}
        onChange={setValues}
      />
      <TextArea
        label="Examples"
        mono
        rows={2}
        spellCheck={false}
        hint="One per line. They are for readers and restrict nothing."
        value={examples}
        onChange={setExamples}
      />
      {fields.length > 0 && (
        <div className="grid grid-cols-2 gap-3">
          {fields.map((field) => (
            <TextField
              key={field.keyword}
              label={field.label}
              mono
              inputMode="decimal"
              placeholder="Not set"
              value={bounds[field.keyword] ?? ''}
              error={problemOf(field)}
              onChange={(text) => setBounds({ ...bounds, [field.keyword]: text })}
            />
          ))}
        </div>
      )}
      {row.keys.length > 0 && (
        <Checkbox label="Reject unlisted keys" checked={refuses} onChange={setRefuses} />
      )}
    </FormDialog>
  );
}

interface TypeFieldProps {
  readonly row: SchemaRow;
  /** Undefined: whatever the template needs. */
  readonly types: readonly JsonType[] | undefined;
  readonly isSeveral: boolean;
  readonly onChange: (types: readonly JsonType[] | undefined, isSeveral: boolean) => void;
}

function TypeField({ row, types, isSeveral, onChange }: TypeFieldProps) {
  const needed = neededTypes(row);
  // What is written and not allowed can still be taken away.
  const allowed = jsonTypes.filter((type) => isAllowed(type, needed) || types?.includes(type) === true);
  const has = (type: JsonType): boolean => types?.includes(type) === true;
  const isImplied = (type: JsonType): boolean => type === 'integer' && has('number');
  return (
    <>
      <Select
        label="Type"
        value={isSeveral ? 'several' : (types?.[0] ?? 'unset')}
        onChange={(chosen) => {
          if (chosen === 'unset') onChange(undefined, false);
          else if (chosen === 'several') onChange(types ?? needed ?? [], true);
          else onChange([chosen], false);
        }}
        options={[
          needed === undefined
            ? { value: 'unset', label: 'any' }
            : { value: 'unset', label: needed.join(' or '), hint: 'What the template needs' },
          ...allowed
            .filter((type) => needed?.length !== 1 || needed[0] !== type)
            .map((type) => ({ value: type, label: type })),
          ...(allowed.length > 1 ? [{ value: 'several' as const, label: 'Several types' }] : []),
        ]}
      />
      {isSeveral && (
        <fieldset className="grid grid-cols-2 gap-2 sm:grid-cols-4">
          <legend className="sr-only">Types</legend>
          {allowed.map((type) => (
            <Checkbox
              key={type}
              label={<span className="font-mono text-xs">{type}</span>}
              checked={has(type) || isImplied(type)}
              disabled={isImplied(type)}
              onChange={(isChosen) =>
                onChange(
                  jsonTypes.filter((one) =>
                    one === type ? isChosen : has(one) && !(type === 'number' && one === 'integer'),
                  ),
                  true,
                )
              }
            />
          ))}
        </fieldset>
      )}
    </>
  );
}

function readingOf(types: readonly JsonType[] | undefined): Reading {
  return types?.length === 1 && types[0] === 'string' ? 'texts' : 'values';
}

function lines(value: JsonValue | undefined, row: SchemaRow): string {
  return isList(value) ? linesOf(value, readingOf(typesOf(row))) : '';
}

function valuesOr(text: string, reading: Reading): readonly JsonValue[] | undefined {
  const values = valuesIn(text, reading);
  return values.length === 0 ? undefined : values;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberText(value: JsonValue | undefined): string {
  return value === undefined ? '' : JSON.stringify(value);
}

function numberIn(text: string): JsonValue | undefined {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : undefined;
}
