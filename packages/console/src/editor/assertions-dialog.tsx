/** Edits what must hold of the output for a payload. px0 judges it in each check, and before a promotion. */
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { usePromptWrites } from '../prompts/mod.ts';
import { Button, FormDialog, IconButton, Select, TextArea, TextField, toast } from '../ui/mod.ts';
import {
  type Assertion,
  type AssertionRow,
  type AssertionType,
  assertionsOf,
  assertionTypes,
  type ForeignRow,
  newRow,
  rowFault,
  rowsOf,
} from './assertion-rows.ts';

/** As many as px0 takes. */
const MOST_ASSERTIONS = 50;

const typeOptions = (Object.keys(assertionTypes) as AssertionType[]).map((value) => ({
  value,
  label: assertionTypes[value].label,
}));

const severityOptions = [
  { value: 'error', label: 'Error', hint: 'Fails the check' },
  { value: 'warning', label: 'Warning', hint: 'Does not fail the check' },
] as const;

const jsonOptions = [
  { value: 'any', label: 'Any JSON' },
  { value: 'object', label: 'An object' },
  { value: 'array', label: 'An array' },
] as const;

export interface AssertionsDialogProps {
  readonly promptId: string;
  readonly payload: {
    readonly id: string;
    readonly name: string | null;
    /** Absent while px0 is upgraded. */
    readonly assertions?: readonly Assertion[];
  };
  /** A conversation has messages that an assertion can be about. */
  readonly isChat: boolean;
  readonly onClose: () => void;
}

export function AssertionsDialog({ promptId, payload, isChat, onClose }: AssertionsDialogProps) {
  const writes = usePromptWrites();
  const [rows, setRows] = useState<readonly (AssertionRow | ForeignRow)[]>(() =>
    rowsOf(payload.assertions ?? []),
  );
  const faults = rows.map(rowFault);
  const wrong = faults.findIndex((fault) => fault !== undefined);
  const replace = (key: string, change: Partial<AssertionRow>): void =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  const save = async (): Promise<void> => {
    await writes.updatePayload(promptId, payload.id, { assertions: assertionsOf(rows) });
    toast({ title: `Saved the assertions of “${payload.name ?? 'Unnamed payload'}”` });
  };
  const hasMessages = isChat || rows.some((row) => 'message' in row && row.message !== '');
  return (
    <FormDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="xl"
      title={`Assertions of “${payload.name ?? 'Unnamed payload'}”`}
      description="Checks on the output when px0 renders a version with this payload."
      submitLabel="Save assertions"
      disabledReason={wrong === -1 ? undefined : `Assertion ${wrong + 1}: ${faults[wrong]}`}
      onSubmit={save}
    >
      {rows.length === 0 && (
        <p className="text-muted text-sm">No assertions: it is enough that it renders.</p>
      )}
      <ol className="flex flex-col gap-3">
        {rows.map((row, at) => (
          <li key={row.key}>
            {'foreign' in row ? (
              <p className="rounded-lg border border-line px-3 py-2 text-muted text-sm">
                Assertion {at + 1} is of the type <code>{row.foreign.type}</code>, which this page does not
                know. It stays as it is.
              </p>
            ) : (
              <Row
                row={row}
                number={at + 1}
                hasMessages={hasMessages}
                onChange={(change) => replace(row.key, change)}
                onRemove={() => setRows(rows.filter(({ key }) => key !== row.key))}
              />
            )}
          </li>
        ))}
      </ol>
      <div>
        <Button
          icon={Plus}
          disabledReason={
            rows.length < MOST_ASSERTIONS ? undefined : `A payload has at most ${MOST_ASSERTIONS} assertions.`
          }
          onClick={() => setRows([...rows, newRow()])}
        >
          Add assertion
        </Button>
      </div>
    </FormDialog>
  );
}

interface RowProps {
  readonly row: AssertionRow;
  readonly number: number;
  readonly hasMessages: boolean;
  readonly onChange: (change: Partial<AssertionRow>) => void;
  readonly onRemove: () => void;
}

function Row({ row, number, hasMessages, onChange, onRemove }: RowProps) {
  return (
    <fieldset className="flex flex-wrap items-end gap-2 rounded-lg border border-line p-3">
      <legend className="sr-only">Assertion {number}</legend>
      <Select
        label="Assertion"
        value={row.type}
        onChange={(type) => onChange({ type, value: valueFor(type, row) })}
        options={typeOptions}
        className="w-52"
      />
      <div className="min-w-48 flex-1">
        <Value row={row} onChange={(value) => onChange({ value })} />
      </div>
      {hasMessages && (
        <div className="w-24">
          <TextField
            label={
              <>
                Message<span className="sr-only">, counted from 0</span>
              </>
            }
            value={row.message}
            onChange={(message) => onChange({ message })}
            inputMode="numeric"
            placeholder="All"
          />
        </div>
      )}
      <Select
        label="Severity"
        value={row.severity}
        onChange={(severity) => onChange({ severity })}
        options={severityOptions}
        className="w-28"
      />
      <div className="min-w-36 flex-1">
        <TextField
          label="Note"
          value={row.note}
          onChange={(note) => onChange({ note })}
          maxLength={255}
          placeholder="Why (optional)"
        />
      </div>
      <IconButton icon={X} label={`Remove assertion ${number}`} onClick={onRemove} />
    </fieldset>
  );
}

/** A value of another kind would be wrong for the new type. */
function valueFor(type: AssertionType, { type: before, value }: AssertionRow): string {
  const isText = (one: AssertionType) =>
    ['text', 'pattern', 'optional text'].includes(assertionTypes[one].value);
  const isKept =
    assertionTypes[type].value === assertionTypes[before].value || (isText(type) && isText(before));
  return isKept ? value : '';
}

function Value({
  row,
  onChange,
}: {
  readonly row: AssertionRow;
  readonly onChange: (value: string) => void;
}) {
  const { value: kind } = assertionTypes[row.type];
  if (kind === 'none') return null;
  if (kind === 'json') {
    return (
      <Select
        label="Kind of JSON"
        value={row.value === 'object' || row.value === 'array' ? row.value : 'any'}
        onChange={(value) => onChange(value === 'any' ? '' : value)}
        options={jsonOptions}
        className="w-full"
      />
    );
  }
  if (kind === 'number') {
    return <TextField label="Number" value={row.value} onChange={onChange} inputMode="numeric" />;
  }
  if (kind === 'pattern') {
    return (
      <TextField
        label="Pattern (RE2)"
        mono
        value={row.value}
        onChange={onChange}
        maxLength={1000}
        spellCheck={false}
        placeholder="(?i)refund"
      />
    );
  }
  return (
    <TextArea
      label={kind === 'text' ? 'Text' : 'The error contains (optional)'}
      mono
      rows={1}
      value={row.value}
      onChange={onChange}
      spellCheck={false}
      className="h-9 min-h-9"
    />
  );
}
