/** Transport of export and import. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import type { Opening } from './document-policies.ts';
import type { ExportPrompts } from './export-prompts.ts';
import type { ImportPrompts } from './import-prompts.ts';
import type { Change } from './plan.ts';

export function transferRoutes(exports: ExportPrompts, imports: ImportPrompts) {
  return {
    exportPrompts: async ({ principal, params, query, signal }) =>
      new SerializedJson(
        await exports.run(principal, params.teamID, query.slugs, query.format ?? 'json', signal),
      ),
    importPrompts: async ({ principal, params, query, bodyBytes, signal }) => {
      const isDryRun = query.dry_run ?? false;
      const changes = await imports.run(
        principal,
        params.teamID,
        bodyBytes,
        { mode: isDryRun ? 'dry-run' : 'apply', allow: query.allow, policy: query.policy },
        signal,
      );
      return { dry_run: isDryRun, changes: changes.map(changeOnWire) };
    },
  } satisfies Handlers<Principal>;
}

function changeOnWire(change: Change | Opening): Wire<'ImportResult'>['changes'][number] {
  if (change.action === 'open_change_request')
    return { action: change.action, slug: change.slug, subject: subjectOf(change.proposed) };
  return { action: change.action, slug: change.slug, subject: subjectOf(change) };
}

/** What within the prompt is concerned: a version by the document's number or its own, a tag, a payload, the folder that it goes to. */
function subjectOf(change: Change): string | null {
  switch (change.action) {
    case 'create_version':
      return String(change.number);
    case 'promote_version':
    case 'archive_version':
      return String('existing' in change.version ? change.version.existing : change.version.created);
    case 'set_folder':
      return change.folder;
    case 'set_contract':
      return change.contract;
    case 'set_tag':
      return change.tag;
    case 'create_payload':
      return change.name;
    case 'update_payload':
      return change.id;
    default:
      return null;
  }
}
