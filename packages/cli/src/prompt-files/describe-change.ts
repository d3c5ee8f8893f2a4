/** Planned changes in words. */
import type { ImportChange } from '@px0/sdk/api';

const phrases: { readonly [Action in ImportChange['action']]: (subject: string | null) => string } = {
  create_prompt: () => 'create the prompt',
  update_description: () => 'change the description',
  set_folder: (subject) =>
    subject === null || subject === '' ? 'move it out of its folder' : `move it to the folder ${subject}`,
  set_contract: (subject) => `set the contract to ${subject}`,
  archive_prompt: () => 'archive the prompt',
  restore_prompt: () => 'restore the prompt',
  create_version: () => 'create a version with this content',
  promote_version: () => 'promote the version',
  archive_version: (subject) => `archive version ${subject}`,
  set_tag: (subject) => `set the tag ${subject}`,
  create_payload: (subject) => `create the payload ${subject ?? ''}`.trimEnd(),
  update_payload: () => 'change a payload',
  // A number would be that of a version of the document.
  open_change_request: (subject) =>
    subject === null || /^\d*$/.test(subject)
      ? 'open a change request'
      : `open a change request for ${subject}`,
};

/** As `greeting: promote the version`. */
export function describeChange({ action, slug, subject }: ImportChange): string {
  return `${slug}: ${phrases[action](subject)}`;
}
