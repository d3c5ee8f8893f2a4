export { attempt } from './attempt.ts';
export {
  payloadsReading,
  promptReading,
  readVersion,
  type TaggedVersion,
  taggedVersionReading,
  usePromptWrites,
  versionsReading,
} from './data.ts';
export { Trail } from './prompt-heading.tsx';
export { usePromptSource } from './prompt-source.ts';
export { compareRoute, promptRoutes, versionRoute } from './routes.ts';
export { TagDialog } from './tag-dialog.tsx';
export { TransitionDialog, type TransitionRequest } from './transition-dialog.tsx';
export { liveOf, promotionOf, type Version } from './version-actions.ts';
export { VersionBadge } from './version-badge.tsx';
export { VersionMenu } from './version-menu.tsx';
export { useDuplicate } from './version-timeline.tsx';
