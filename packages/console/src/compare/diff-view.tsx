/** A difference of two texts, side by side or in one column. Added and removed lines are marked by signs, not by colour alone. */
import { UnfoldVertical } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { classes } from '../ui/mod.ts';
import { ScrollRegion } from './scroll-region.tsx';
import {
  diffTexts,
  foldedSections,
  type Part,
  type Row,
  type Section,
  type Side,
  unifiedLines,
} from './text-diff.ts';

export type DiffLayout = 'split' | 'unified';

export interface DiffViewProps {
  readonly left: string;
  readonly right: string;
  readonly leftLabel: string;
  readonly rightLabel: string;
  readonly layout: DiffLayout;
  /** What is said when the texts are equal. */
  readonly equalNote?: ReactNode;
  readonly className?: string;
}

export function DiffView({
  left,
  right,
  leftLabel,
  rightLabel,
  layout,
  equalNote,
  className,
}: DiffViewProps) {
  const diff = useMemo(() => diffTexts(left, right), [left, right]);
  const sections = useMemo(() => foldedSections(diff.rows), [diff]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  if (diff.added === 0 && diff.removed === 0) {
    return (
      <p
        className={classes(
          'rounded-lg border border-line border-dashed px-4 py-6 text-center text-muted text-sm',
          className,
        )}
      >
        {equalNote ?? 'There is no difference.'}
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
        <span className="ml-auto shrink-0 font-mono tabular-nums">
          <span className="text-success-ink">
            +{diff.added}
            <span className="sr-only"> lines added</span>
          </span>{' '}
          <span className="text-danger-ink">
            −{diff.removed}
            <span className="sr-only"> lines removed</span>
          </span>
        </span>
      </p>
      <ScrollRegion
        label={`Difference between ${leftLabel} and ${rightLabel}`}
        className="max-h-[60vh] overflow-auto -outline-offset-2"
      >
        <table className="w-full table-fixed border-collapse font-mono text-xs leading-5">
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

/** The line on which it begins. */
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
            {section.rows.length} equal lines
          </button>
        </td>
      </tr>
    </tbody>
  );
}

const tints = {
  same: { cell: '', number: 'text-faint', mark: '', sign: ' ' },
  added: {
    cell: 'bg-success-soft',
    number: 'bg-success-soft text-success-ink',
    mark: 'bg-success/25',
    sign: '+',
  },
  removed: {
    cell: 'bg-danger-soft',
    number: 'bg-danger-soft text-danger-ink',
    mark: 'bg-danger/25',
    sign: '−',
  },
} as const;
type Tint = keyof typeof tints;

function SplitRows({ rows }: { readonly rows: readonly Row[] }) {
  return rows.map((row) => (
    <tr key={`${row.left?.line ?? ''}:${row.right?.line ?? ''}`} className="align-top">
      <SideCells side={row.left} tint={row.kind === 'same' ? 'same' : 'removed'} />
      <SideCells side={row.right} tint={row.kind === 'same' ? 'same' : 'added'} hasBorder />
    </tr>
  ));
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
      <LineCell parts={side.parts} tint={tint} />
    </>
  );
}

function UnifiedRows({ rows }: { readonly rows: readonly Row[] }) {
  return unifiedLines(rows).map(({ kind, leftLine, rightLine, parts }) => (
    <tr key={`${leftLine ?? ''}:${rightLine ?? ''}`} className="align-top">
      <td className={classes('select-none pr-1.5 text-right tabular-nums', tints[kind].number)}>
        {leftLine}
      </td>
      <td className={classes('select-none pr-1.5 text-right tabular-nums', tints[kind].number)}>
        {rightLine}
      </td>
      <LineCell parts={parts} tint={kind} />
    </tr>
  ));
}

function LineCell({ parts, tint }: { readonly parts: readonly Part[]; readonly tint: Tint }) {
  const { cell, mark, sign } = tints[tint];
  return (
    <td className={classes('whitespace-pre-wrap break-words pr-3 pl-1', cell)}>
      <span aria-hidden="true" className="mr-1.5 inline-block w-2 select-none text-muted">
        {sign}
      </span>
      {tint !== 'same' && <span className="sr-only">{tint}: </span>}
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
    </td>
  );
}
