/**
 * The state that this service owns: prompts. Payloads, usage and the audit log are private to it.
 * See docs/decisions/005-one-event-per-promotion.md.
 */
import type { ChangeRules } from '@px0/owner';
import { type Actor, type AuditNote, actorOf, auditStatement } from './audit.ts';
import { readPromptStates } from './prompt-state.ts';

export const rules: ChangeRules<'prompt', Actor, AuditNote> = {
  entities: {
    prompt: {
      tables: ['prompts', 'prompt_versions', 'prompt_tags'],
      unpublishedColumns: [
        'prompts.folder',
        'prompts.folder_search',
        'prompts.content_search',
        'prompt_versions.inferred_schema',
        'prompt_versions.content_hash',
        'prompt_versions.contributors',
        'prompt_versions.contributor_keys',
      ],
      read: readPromptStates,
    },
  },
  actorOf,
  auditStatement,
  chainNote: ({ action, orgId, details }) => ({ action, orgId, detail: details }),
};
