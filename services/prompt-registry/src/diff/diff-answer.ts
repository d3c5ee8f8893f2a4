/**
 * The answer to a comparison of two versions, as pieces of JSON: the structured form says every line once more, which may be many megabytes.
 * Free of database and transport, since a worker thread makes those that take long.
 */
import type { ReplyOf, routes, Wire } from '@px0/contracts';
import { JsonPieces } from '../heavy/thread.ts';
import { type Hunk, hunksOf } from './hunks.ts';
import { type DiffSide, partTexts } from './part-texts.ts';
import { formatHunks, unifiedDiff } from './unified.ts';

export interface DiffOrder {
  readonly from: DiffSide;
  readonly to: DiffSide;
  readonly isStructured: boolean;
}

type Answer = ReplyOf<typeof routes.diffVersions>;
type HunkOnWire = Wire<'DiffHunk'>;

export function answerOf({ from, to, isStructured }: DiffOrder): readonly Uint8Array[] {
  const hunks = hunksOf(from.template, to.template);
  const head: Omit<Answer, 'hunks'> = {
    from_version: from.number,
    to_version: to.number,
    from_template: from.template,
    to_template: to.template,
    diff: formatHunks(hunks, `v${from.number}`, `v${to.number}`),
    ...sectionsOf(from, to),
  };
  const json = new JsonPieces();
  if (!isStructured) {
    json.add(JSON.stringify(head));
    return json.end();
  }
  json.add(`${JSON.stringify(head).slice(0, -1)},"hunks":[`);
  for (const [index, hunk] of hunks.entries()) addHunk(json, hunk, index > 0);
  json.add(']}');
  return json.end();
}

function sectionsOf(from: DiffSide, to: DiffSide): Pick<Answer, 'sections'> {
  const sections = partTexts(from, to).map(([name, a, b]) => ({
    name,
    from: a,
    to: b,
    diff: unifiedDiff(a, b, `v${from.number}`, `v${to.number}`),
  }));
  return sections.length === 0 ? {} : { sections };
}

/** A hunk may be a whole template, so its lines are added one by one. */
function addHunk(
  json: JsonPieces,
  { fromStart, fromLines, toStart, toLines, lines }: Hunk,
  isNext: boolean,
): void {
  const head: Omit<HunkOnWire, 'lines'> = {
    from_start: fromStart,
    from_lines: fromLines,
    to_start: toStart,
    to_lines: toLines,
  };
  json.add(`${isNext ? ',' : ''}${JSON.stringify(head).slice(0, -1)},"lines":`);
  json.addList(linesOnWire(lines));
  json.add('}');
}

function* linesOnWire(lines: Hunk['lines']): Generator<HunkOnWire['lines'][number]> {
  for (const { kind, fromLine, toLine, text } of lines)
    yield { kind, from_line: fromLine, to_line: toLine, text };
}
