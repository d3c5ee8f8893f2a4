/** The table of a version's variables. In a narrow panel each row becomes a block. */
import { Pencil } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { isList, type JsonObject } from '../json/mod.ts';
import type { InputSchema } from '../preview/mod.ts';
import { Badge, Checkbox, classes, IconButton } from '../ui/mod.ts';
import { SchemaRowDialog } from './schema-row-dialog.tsx';
import { knownNames, rowNamedIn, type SchemaRow, typesOf, withRefusal, withRequired } from './schema-rows.ts';
import { isTightened, wordsOf } from './schema-words.ts';

export interface SchemaTableProps {
  readonly needed: InputSchema;
  readonly schema: JsonObject;
  readonly rows: readonly SchemaRow[];
  readonly isReadOnly: boolean;
  /** It is shown in the row that it names. */
  readonly rejection: string | undefined;
  readonly onChange: (schema: JsonObject) => void;
}

const columns = ['Variable', 'Type', 'Required', 'Description', 'Examples'] as const;
const cellClasses = 'px-2 py-2 align-top first:pl-4 @max-xl:block @max-xl:px-4 @max-xl:py-0.5';

export function SchemaTable({ needed, schema, rows, isReadOnly, rejection, onChange }: SchemaTableProps) {
  const [edited, setEdited] = useState<SchemaRow>();
  const faulty = rejection === undefined ? undefined : rowNamedIn(rejection, rows);
  const refuses = schema['additionalProperties'] === false;
  return (
    <div className="@container min-h-0 flex-1 overflow-y-auto pb-4">
      {rows.length === 0 ? (
        <p className="px-4 py-6 text-center text-muted text-sm">
          The template reads no variables. Add{' '}
          <code className="rounded bg-sunken px-1 py-0.5">{'{{.name}}'}</code> to it, and a row appears here.
        </p>
      ) : (
        <table className="w-full border-collapse text-sm @max-xl:block">
          <caption className="sr-only">Variables of this version</caption>
          <thead className="@max-xl:sr-only">
            <tr className="border-line border-b">
              {columns.map((name) => (
                <th
                  key={name}
                  scope="col"
                  className="h-9 px-2 text-left font-medium text-faint text-xs first:pl-4"
                >
                  {name}
                </th>
              ))}
              {!isReadOnly && (
                <th scope="col" className="w-10">
                  <span className="sr-only">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody className="divide-y divide-line @max-xl:block">
            {rows.map((row) => (
              <Row
                key={row.place}
                row={row}
                isReadOnly={isReadOnly}
                fault={row === faulty ? rejection?.slice(row.place.length + 2) : undefined}
                onRequired={(isRequired) => onChange(withRequired(schema, row, isRequired))}
                onEdit={() => setEdited(row)}
              />
            ))}
          </tbody>
        </table>
      )}
      <div className="border-line border-t px-4 pt-3">
        <Checkbox
          label="Reject unlisted variables"
          hint="Otherwise, callers may send other variables, and the template ignores them."
          disabled={isReadOnly}
          checked={refuses}
          onChange={(next) => onChange(withRefusal(schema, [], knownNames(needed, schema), next))}
        />
      </div>
      {edited !== undefined && (
        <SchemaRowDialog
          row={edited}
          schema={schema}
          onClose={() => setEdited(undefined)}
          onChange={onChange}
        />
      )}
    </div>
  );
}

interface RowProps {
  readonly row: SchemaRow;
  readonly isReadOnly: boolean;
  readonly fault: string | undefined;
  readonly onRequired: (isRequired: boolean) => void;
  readonly onEdit: () => void;
}

function Row({ row, isReadOnly, fault, onRequired, onEdit }: RowProps) {
  const examples = examplesOf(row);
  const indent = { paddingLeft: `${row.depth * 0.75}rem` };
  const description = row.authored?.['description'] ?? row.needed?.['description'];
  return (
    <tr
      className={classes(
        'relative @max-xl:block @max-xl:py-2',
        fault === undefined ? 'hover:bg-panel' : 'bg-danger-soft',
      )}
    >
      <th scope="row" className={classes(cellClasses, 'text-left font-normal @max-xl:pr-12')}>
        <div style={indent} className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="break-all font-medium font-mono text-xs leading-5">{row.place}</span>
          <Origin row={row} />
        </div>
        {fault !== undefined && (
          <p style={indent} className="mt-1 text-danger-ink text-xs">
            {fault}
          </p>
        )}
      </th>
      <Cell name="Type">
        <span className="font-mono text-xs leading-5">{typesOf(row)?.join(' | ') ?? 'any'}</span>
      </Cell>
      <Cell name="Required">
        <Required row={row} isReadOnly={isReadOnly} onChange={onRequired} />
      </Cell>
      <Cell name="Description">
        {typeof description === 'string' && (
          <p className="line-clamp-3 break-words text-xs leading-5">{description}</p>
        )}
        {wordsOf(row).map((words) => (
          <p key={words} className="break-words text-muted text-xs leading-5">
            {words}
          </p>
        ))}
      </Cell>
      <Cell name="Examples">
        {examples !== '' && (
          <p className="line-clamp-3 break-all font-mono text-muted text-xs leading-5">{examples}</p>
        )}
      </Cell>
      {!isReadOnly && (
        <td className="w-10 px-2 py-1 align-top @max-xl:absolute @max-xl:top-1 @max-xl:right-1">
          <IconButton icon={Pencil} size="sm" label={`Edit ${row.place}`} onClick={onEdit} />
        </td>
      )}
    </tr>
  );
}

/** Empty in a narrow panel if there is nothing to show. */
function Cell({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <td className={classes(cellClasses, '@max-xl:flex @max-xl:gap-3 @max-xl:has-[>div:empty]:hidden')}>
      <span aria-hidden="true" className="@xl:hidden w-20 shrink-0 text-faint text-xs leading-5">
        {name}
      </span>
      <div className="min-w-0">{children}</div>
    </td>
  );
}

/** Who says that there is such a variable, and whether its author says more than the template. */
function Origin({ row }: { readonly row: SchemaRow }) {
  if (row.needed === undefined) return <Badge>Not read</Badge>;
  return isTightened(row) ? <Badge tone="accent">Tightened</Badge> : <Badge tone="outline">Inferred</Badge>;
}

function Required({
  row,
  isReadOnly,
  onChange,
}: {
  readonly row: SchemaRow;
  readonly isReadOnly: boolean;
  readonly onChange: (isRequired: boolean) => void;
}) {
  if (row.name === undefined) return <span className="text-faint text-xs leading-5">Each item</span>;
  if (row.isRequiredByTemplate)
    return <span className="whitespace-nowrap text-muted text-xs leading-5">By the template</span>;
  if (isReadOnly)
    return <span className="text-muted text-xs leading-5">{row.isRequired ? 'Yes' : 'No'}</span>;
  return (
    <Checkbox
      label={<span className="sr-only">Require {row.place}</span>}
      checked={row.isRequired}
      onChange={onChange}
    />
  );
}

function examplesOf({ needed, authored }: SchemaRow): string {
  const examples = authored?.['examples'];
  const shown = isList(examples) ? examples : (needed?.['examples'] ?? []);
  return Array.isArray(shown) ? shown.map((example) => JSON.stringify(example)).join(', ') : '';
}
