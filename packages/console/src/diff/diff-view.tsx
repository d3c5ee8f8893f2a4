/** Shows the diff of two texts, side by side or unified. Signs mark added and removed lines, so colour is never the only cue. */
import { ChevronDown, ChevronUp, UnfoldVertical } from 'lucide-react';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import type { LineEnd } from '../text/mod.ts';
import { classes, IconButton } from '../ui/mod.ts';
import { type Changes, useChanges } from './changes.ts';
import type { DiffLayout } from './layout.ts';
import { ScrollRegion } from './scroll-region.tsx';
import {
  diffTexts,
  foldedSections,
  isFirstOfChange,
  type Part,
  type Row,
  type Section,
  type Side,
  unifiedLines,
} from './text-diff.ts';

export interface DiffViewProps {
  readonly left: string;
  readonly right: string;
  readonly leftLabel: string;
  readonly rightLabel: string;
  readonly layout: DiffLayout;
  /** Shown if the texts are equal. */
  readonly equalNote?: ReactNode;
  readonly className?: string;
  /** Whether `j` and `k` step through the changes. A page may have one such diff. */
  readonly hasKeys?: boolean;
}

export function DiffView({
  left,
  right,
  leftLabel,
  rightLabel,
  layout,
  equalNote,
  className,
  hasKeys = false,
}: DiffViewProps) {
  const diff = useMemo(() => diffTexts(left, right), [left, right]);
  const sections = useMemo(() => foldedSections(diff.rows), [diff]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const { added, removed, ends } = diff;
  const table = useRef<HTMLTableElement>(null);
  const changes = useChanges(table, diff.rows, layout, hasKeys);
  if (added === 0 && removed === 0 && ends === 0) {
    return (
      <p
        className={classes(
          'rounded-lg border border-line border-dashed px-4 py-6 text-center text-muted text-sm',
          className,
        )}
      >
        {equalNote ?? 'No differences'}
      </p>
    );
  }
  return (
    <div className={classes('overflow-hidden rounded-lg border border-line bg-canvas', className)}>
      <p className="flex items-center gap-3 border-line border-b bg-panel px-3 py-1.5 text-muted text-xs">
        <span className="min-w-0 truncate">
          {leftLabel} <span aria-hidden="true">→</span>
          <span className="sr-only">to</span> {rightLabel}
        </span>
        {changes.count > 1 && <ChangeSteps changes={changes} hasKeys={hasKeys} />}
        <span className={classes('shrink-0 font-mono tabular-nums', changes.count > 1 ? '' : 'ml-auto')}>
          {ends > 0 && (
            <span className="mr-2 font-sans text-info-ink">
              {ends === 1 ? '1 line ending differs' : `${ends} line endings differ`}
            </span>
          )}
          <span className="text-success-ink">
            +{added}
            <span className="sr-only"> lines added</span>
          </span>{' '}
          <span className="text-danger-ink">
            −{removed}
            <span className="sr-only"> lines removed</span>
          </span>
        </span>
      </p>
      <ScrollRegion
        label={`Diff of ${leftLabel} and ${rightLabel}`}
        className="max-h-[60vh] overflow-auto -outline-offset-2"
      >
        <table ref={table} className="w-full table-fixed border-collapse font-mono text-xs leading-5">
          <caption className="sr-only">
            {leftLabel} and {rightLabel}, line by line
          </caption>
          <Columns layout={layout} />
          {sections.map((section) => {
            const key = keyOf(section);
            if (section.kind === 'fold' && !opened.has(key)) {
              return (
                <Fold
                  key={key}
                  section={section}
                  layout={layout}
                  onOpen={() => setOpened(new Set([...opened, key]))}
                />
              );
            }
            return (
              <tbody key={key}>
                {layout === 'split' ? <SplitRows rows={section.rows} /> : <UnifiedRows rows={section.rows} />}
              </tbody>
            );
          })}
        </table>
      </ScrollRegion>
    </div>
  );
}

/** The line on which the section begins. */
function keyOf({ rows: [first] }: Section): string {
  return `${first?.left?.line ?? ''}:${first?.right?.line ?? ''}`;
}

function Columns({ layout }: { readonly layout: DiffLayout }) {
  return layout === 'split' ? (
    <colgroup>
      <col className="w-10" />
      <col />
      <col className="w-10" />
      <col />
    </colgroup>
  ) : (
    <colgroup>
      <col className="w-9" />
      <col className="w-9" />
      <col />
    </colgroup>
  );
}

interface FoldProps {
  readonly section: Section;
  readonly layout: DiffLayout;
  readonly onOpen: () => void;
}

interface ChangeStepsProps {
  readonly changes: Changes;
  readonly hasKeys: boolean;
}

function ChangeSteps({ changes: { count, at, step }, hasKeys }: ChangeStepsProps) {
  return (
    <span className="ml-auto inline-flex shrink-0 items-center">
      <span role="status" className="mr-1 tabular-nums">
        {at === undefined ? `${count} changes` : `Change ${at + 1} of ${count}`}
      </span>
      <IconButton
        icon={ChevronUp}
        label="Previous change"
        size="sm"
        {...(hasKeys && { shortcut: 'k' })}
        onClick={() => step(-1)}
      />
      <IconButton
        icon={ChevronDown}
        label="Next change"
        size="sm"
        {...(hasKeys && { shortcut: 'j' })}
        onClick={() => step(1)}
      />
    </span>
  );
}

function Fold({ section, layout, onOpen }: FoldProps) {
  return (
    <tbody>
      <tr>
        <td colSpan={layout === 'split' ? 4 : 3} className="bg-panel p-0">
          <button
            type="button"
            onClick={onOpen}
            className="flex h-7 w-full items-center justify-center gap-2 font-sans text-faint text-xs -outline-offset-2 hover:bg-hover hover:text-fg"
          >
            <UnfoldVertical aria-hidden="true" className="size-3.5" />
            {section.rows.length} unchanged lines
          </button>
        </td>
      </tr>
    </tbody>
  );
}

const tints = {
  same: { cell: '', number: 'text-faint', mark: '', sign: ' ', words: '' },
  ends: {
    cell: 'bg-info-soft',
    number: 'bg-info-soft text-info-ink',
    mark: '',
    sign: '~',
    words: 'different line ending: ',
  },
  added: {
    cell: 'bg-success-soft',
    number: 'bg-success-soft text-success-ink',
    mark: 'bg-success/25',
    sign: '+',
    words: 'added: ',
  },
  removed: {
    cell: 'bg-danger-soft',
    number: 'bg-danger-soft text-danger-ink',
    mark: 'bg-danger/25',
    sign: '−',
    words: 'removed: ',
  },
} as const;
type Tint = keyof typeof tints;

const endNames: { readonly [End in LineEnd]: string } = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' };

function SplitRows({ rows }: { readonly rows: readonly Row[] }) {
  return rows.map((row, at) => (
    <tr
      key={`${row.left?.line ?? ''}:${row.right?.line ?? ''}`}
      data-change={isFirstOfChange(rows, at) || undefined}
      className={rowClasses}
    >
      <SideCells side={row.left} tint={isOnBoth(row.kind) ? row.kind : 'removed'} />
      <SideCells side={row.right} tint={isOnBoth(row.kind) ? row.kind : 'added'} hasBorder />
    </tr>
  ));
}

/** The row of the change that the user has stepped to has a line around it. */
const rowClasses =
  'align-top data-current:outline-2 data-current:outline-accent data-current:-outline-offset-2';

function isOnBoth(kind: Row['kind']): kind is 'same' | 'ends' {
  return kind === 'same' || kind === 'ends';
}

function SideCells({
  side,
  tint,
  hasBorder = false,
}: {
  readonly side: Side | undefined;
  readonly tint: Tint;
  readonly hasBorder?: boolean;
}) {
  const border = hasBorder && 'border-line border-l';
  if (side === undefined) return <td colSpan={2} className={classes('bg-sunken/60', border)} />;
  return (
    <>
      <td className={classes('select-none pr-2 text-right tabular-nums', tints[tint].number, border)}>
        {side.line}
      </td>
      <LineCell parts={side.parts} tint={tint} ends={[side]} />
    </>
  );
}

function UnifiedRows({ rows }: { readonly rows: readonly Row[] }) {
  return unifiedLines(rows).map(({ kind, left, right }, at, lines) => (
    <tr
      key={`${left?.line ?? ''}:${right?.line ?? ''}`}
      data-change={isFirstOfChange(lines, at) || undefined}
      className={rowClasses}
    >
      <td className={classes('select-none pr-1.5 text-right tabular-nums', tints[kind].number)}>
        {left?.line}
      </td>
      <td className={classes('select-none pr-1.5 text-right tabular-nums', tints[kind].number)}>
        {right?.line}
      </td>
      <LineCell parts={(left ?? right)?.parts ?? []} tint={kind} ends={[left, right]} />
    </tr>
  ));
}

interface LineCellProps {
  readonly parts: readonly Part[];
  readonly tint: Tint;
  /** The sides whose line endings the cell shows. */
  readonly ends: readonly (Side | undefined)[];
}

function LineCell({ parts, tint, ends }: LineCellProps) {
  const { cell, mark, sign, words } = tints[tint];
  const shownEnds = ends.flatMap((side) =>
    side?.end !== undefined && side.isEndShown ? [endNames[side.end]] : [],
  );
  return (
    // What does not fit continues below the text, and not below the sign.
    <td className={classes('-indent-3.5 whitespace-pre-wrap break-words pr-3 pl-4.5', cell)}>
      <span aria-hidden="true" className="mr-1.5 inline-block w-2 select-none indent-0 text-muted">
        {sign}
      </span>
      {words !== '' && <span className="sr-only">{words}</span>}
      {parts.map(({ text, isChanged }, at) =>
        isChanged ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one line keep their places
          <span key={at} className={classes('rounded-xs', mark)}>
            {text}
          </span>
        ) : (
          text
        ),
      )}
      {shownEnds.length > 0 && (
        <span className="ml-1.5 select-none rounded-sm border border-line px-1 font-sans text-muted">
          <span className="sr-only">ends with </span>
          {shownEnds.join(' → ')}
        </span>
      )}
    </td>
  );
}
