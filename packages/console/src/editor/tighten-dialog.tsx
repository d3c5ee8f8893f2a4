/** What the saved payloads say of the schema. Its author takes what is meant, and drops what is only true of these payloads. */
import type { Wire } from '@px0/contracts';
import { type Tightening, tightened, tightenings } from '@px0/input-contract';
import { compileJudge } from '@px0/input-contract/judge';
import { useState } from 'react';
import { asJson, isObject, type JsonObject, withFloats } from '../json/mod.ts';
import type { InputSchema } from '../preview/mod.ts';
import { Callout, Checkbox, FormDialog, toast } from '../ui/mod.ts';
import { wordsOfTightening } from './schema-words.ts';

export type SavedPayload = Pick<Wire<'PromptPayload'>, 'name' | 'variables'>;

export interface TightenDialogProps {
  readonly effective: InputSchema;
  readonly schema: JsonObject;
  readonly payloads: readonly SavedPayload[];
  readonly onClose: () => void;
  readonly onChange: (schema: JsonObject) => void;
}

export function TightenDialog({ effective, schema, payloads, onClose, onChange }: TightenDialogProps) {
  // What was found when the dialog opened, so that nothing moves below the pointer.
  const [{ found, refused, count }] = useState(() => look(effective, payloads));
  // That there are no other values is more than payloads can say.
  const [dropped, setDropped] = useState<ReadonlySet<Tightening>>(
    () => new Set(found.filter(({ keyword }) => keyword === 'enum')),
  );
  const chosen = found.filter((one) => !dropped.has(one));
  const change = (one: Tightening, isChosen: boolean): void => {
    const others = new Set(dropped);
    if (isChosen) others.delete(one);
    else others.add(one);
    setDropped(others);
  };
  return (
    <FormDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Tighten from payloads"
      description={
        found.length === 0
          ? undefined
          : `What ${count === 1 ? 'the saved payload satisfies' : `all ${count} saved payloads satisfy`}, and the schema does not demand yet. Take what you mean.`
      }
      submitLabel={chosen.length === 1 ? 'Take 1 change' : `Take ${chosen.length} changes`}
      disabledReason={chosen.length === 0 ? 'Choose a change' : undefined}
      onSubmit={async () => {
        onChange(asObject(tightened(schema, chosen)));
        toast({
          title: 'Tightened the input schema',
          action: { label: 'Undo', run: () => onChange(schema) },
        });
      }}
    >
      {refused.length > 0 && (
        <Callout tone="warning">
          The schema refuses {refused.length === 1 ? 'a payload' : `${refused.length} payloads`} as it is:{' '}
          {refused.join(', ')}.
        </Callout>
      )}
      {found.length === 0 ? (
        <p className="text-muted text-sm">The payloads add nothing to the schema.</p>
      ) : (
        <fieldset className="flex flex-col gap-3">
          <legend className="sr-only">Changes</legend>
          {found.map((one) => (
            <Checkbox
              key={`${one.keyword} ${one.place}`}
              label={
                <>
                  <span className="break-all font-mono text-xs">{one.place}</span>{' '}
                  <span className="break-words">{wordsOfTightening(one)}</span>
                </>
              }
              {...(one.keyword === 'enum' && {
                hint: 'Several payloads use each of these values. Choose this if no others are possible.',
              })}
              checked={!dropped.has(one)}
              onChange={(isChosen) => change(one, isChosen)}
            />
          ))}
        </fieldset>
      )}
    </FormDialog>
  );
}

/** Payloads that are no objects are refused by every render, and say nothing. */
function look(effective: InputSchema, payloads: readonly SavedPayload[]) {
  const judge = compileJudge(effective);
  const objects = payloads.flatMap(({ name, variables }) => {
    const plain = withFloats(asJson(variables));
    return isObject(plain) ? [{ name: name ?? 'Unnamed payload', plain }] : [];
  });
  return {
    found: tightenings(
      effective,
      objects.map(({ plain }) => plain),
    ),
    refused: objects.filter(({ plain }) => judge(plain) !== undefined).map(({ name }) => name),
    count: objects.length,
  };
}

function asObject(schema: Readonly<Record<string, unknown>>): JsonObject {
  const json = asJson(schema);
  return isObject(json) ? json : {};
}
