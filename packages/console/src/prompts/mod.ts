export { attempt } from './attempt.ts';
export { auditSentence } from './audit-sentence.ts';
export { CheckResult } from './check-result.tsx';
export { CompareLink } from './compare-link.tsx';
export {
  BodyDiff,
  ConfigDiff,
  ContentDiff,
  configsOf,
  SchemaDiff,
  schemasOf,
  WholeContent,
} from './content-diff.tsx';
export { ContractChanges } from './contract-changes.tsx';
export type { ContractPolicy } from './contract-policy.ts';
export { openPrompt } from './data/open-prompt.ts';
export {
  payloadsReading,
  promptReading,
  readVersion,
  type TaggedVersion,
  taggedVersionReading,
  versionsReading,
} from './data/readings.ts';
export { usePromptWrites } from './data/writes.ts';
export { liveAt } from './live-history.ts';
export { LONGEST_NOTE, noteLength } from './note-field.tsx';
export { NoteText } from './note-text.tsx';
export { Trail } from './prompt-heading.tsx';
export { PromptSkeleton } from './prompt-skeleton.tsx';
export { usePromptSource } from './prompt-source.ts';
export { promptRoutes } from './routes.ts';
export { useFirstSteps } from './start/use-first-steps.ts';
export { TagDialog } from './tag-dialog.tsx';
export { TransitionDialog, type TransitionRequest } from './transition-dialog.tsx';
export { type ActorName, useActorName } from './use-actor-name.ts';
export { type LiveHistory, useLiveHistory } from './use-live-history.ts';
export { liveOf, promotionOf, type Version } from './version-actions.ts';
export { VersionBadge } from './version-badge.tsx';
export { VersionMenu } from './version-menu.tsx';
export { useDuplicate } from './version-timeline.tsx';
