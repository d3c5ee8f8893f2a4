/** The role matrix as a table: every operation, every kind of caller, asked of the matrix that the services use. */
import { answersTo, callers } from '../reference/callers.ts';
import { operationPath, table } from '../reference/operation-page.ts';
import { operationsByTag } from '../reference/reference-pages.ts';

/** Stands for the line `<!-- role matrix -->` of a page in `concepts/`. */
export function rolesTable(): string {
  return operationsByTag()
    .flatMap(([tag, operations]) => {
      const rows = operations.flatMap((operation) => {
        const answers = answersTo(operation.operationId);
        const isOpen = operation.auth === 'none' || operation.auth === 'optional-session';
        if (answers === undefined || isOpen) return [];
        return [[`[${operation.summary}](../${operationPath(operation)})`, ...answers]];
      });
      if (rows.length === 0) return [];
      return [`### ${tag}`, table(['operation', ...callers.map(({ name }) => name)], rows)];
    })
    .join('\n\n');
}
