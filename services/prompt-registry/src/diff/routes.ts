/** Transport of the diff. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { DiffVersions } from './diff-versions.ts';
import type { Hunk } from './hunks.ts';

export function diffRoutes(diffs: DiffVersions) {
  return {
    diffVersions: async ({ principal, params, query }) => {
      const { from, to, text, hunks } = await diffs.run(principal, params.id, query);
      const diff = {
        from_version: from.number,
        to_version: to.number,
        from_template: from.template,
        to_template: to.template,
        diff: text,
      };
      return query.format === 'structured' ? { ...diff, hunks: hunks.map(hunkOnWire) } : diff;
    },
  } satisfies Handlers<Principal>;
}

function hunkOnWire({ fromStart, fromLines, toStart, toLines, lines }: Hunk) {
  return {
    from_start: fromStart,
    from_lines: fromLines,
    to_start: toStart,
    to_lines: toLines,
    lines: lines.map(({ kind, fromLine, toLine, text }) => ({
      kind,
      from_line: fromLine,
      to_line: toLine,
      text,
    })),
  };
}
