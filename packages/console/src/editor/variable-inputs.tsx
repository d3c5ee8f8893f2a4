/** The inputs of the form for variables: a choice, a number, and JSON for everything that has no form. */
import { useState } from 'react';
import { ExactNumber, type JsonValue, parseJson, prettyJson } from '../json/mod.ts';
import { printedNumber } from '../preview/mod.ts';
import { classes, inputClasses } from '../ui/mod.ts';

export interface Described {
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid'?: boolean;
}

/** The ids of texts that describe an input; undefined for none. */
export function describedBy(...ids: readonly (string | false | undefined)[]): string | undefined {
  return classes(...ids) || undefined;
}

interface ChoiceInputProps {
  readonly id: string;
  readonly described: Described;
  readonly choices: readonly JsonValue[];
  readonly value: JsonValue | undefined;
  readonly onChange: (value: JsonValue) => void;
}

/** A value that is none of the choices is shown beside them, so that nothing changes unseen. */
export function ChoiceInput({ id, described, choices, value, onChange }: ChoiceInputProps) {
  const chosen = value === undefined ? -1 : choices.indexOf(value);
  return (
    <select
      id={id}
      {...described}
      value={chosen === -1 ? '' : String(chosen)}
      onChange={(event) => {
        const choice = choices[Number(event.target.value)];
        if (event.target.value !== '' && choice !== undefined) onChange(choice);
      }}
      className={classes(inputClasses, 'h-9')}
    >
      {chosen === -1 && <option value="">{value === undefined ? 'Not set' : printed(value)}</option>}
      {choices.map((choice, at) => (
        <option key={JSON.stringify(choice)} value={String(at)}>
          {printed(choice)}
        </option>
      ))}
    </select>
  );
}

function printed(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Keeps the typed text while it is not a number yet, such as `-` or `1e`. */
export function NumberInput({
  id,
  described,
  value,
  onChange,
}: {
  readonly id: string;
  readonly described: Described;
  /** Undefined for a field without a value. */
  readonly value: number | ExactNumber | undefined;
  readonly onChange: (value: number | ExactNumber) => void;
}) {
  const written = value === undefined ? '' : String(value);
  const [text, setText] = useState(written);
  const parsed = numberIn(text);
  const shown = parsed !== undefined && String(parsed) !== written ? written : text;
  const isExact = value instanceof ExactNumber;
  return (
    <>
      <input
        id={id}
        inputMode="decimal"
        value={shown}
        placeholder={value === undefined ? 'Not set' : ''}
        aria-invalid={(parsed === undefined && shown !== '') || described['aria-invalid'] === true}
        aria-describedby={describedBy(isExact && `${id}-float`, described['aria-describedby'])}
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

export function JsonInput({
  id,
  described,
  value,
  onChange,
}: {
  readonly id: string;
  readonly described: Described;
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
        aria-invalid={parsed?.ok === false || described['aria-invalid'] === true}
        aria-describedby={describedBy(parsed?.ok === false && `${id}-error`, described['aria-describedby'])}
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

/** The number in a text, with all its digits; undefined if it is not a number or too large to render. */
export function numberIn(text: string): number | ExactNumber | undefined {
  const parsed = parseJson(text);
  if (parsed.ok && parsed.value instanceof ExactNumber) {
    return Number.isFinite(parsed.value.float) ? parsed.value : undefined;
  }
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}
