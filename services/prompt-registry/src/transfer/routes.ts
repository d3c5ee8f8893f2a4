/** Transport of export and import. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import { checkOnWire } from '../checks/mod.ts';
import type { Opening } from './document-policies.ts';
import type { ExportPrompts } from './export-prompts.ts';
import type { ImportPrompts } from './import-prompts.ts';
import type { Change } from './plan.ts';
import type { ImportPreview, PreviewImport } from './preview-import.ts';

export function transferRoutes(exports: ExportPrompts, imports: ImportPrompts, preview: PreviewImport) {
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
    previewImport: async ({ principal, params, bodyBytes, signal }) =>
      previewOnWire(await preview.run(principal, params.teamID, bodyBytes, signal)),
  } satisfies Handlers<Principal>;
}

function previewOnWire({ changes, checks, requirements, invalid }: ImportPreview): SerializedJson {
  const pieces: Uint8Array[] = [
    Buffer.from(`{"changes":${JSON.stringify(changes.map(changeOnWire))},"checks":[`),
  ];
  for (const [index, { slug, number, check }] of checks.entries()) {
    const comma = index === 0 ? '' : ',';
    pieces.push(Buffer.from(`${comma}{"slug":${JSON.stringify(slug)},"check":`));
    pieces.push(...checkOnWire(check, { version: number }), Buffer.from('}'));
  }
  const rest = JSON.stringify({ requirements, invalid });
  return new SerializedJson([...pieces, Buffer.from(`],${rest.slice(1)}`)]);
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
