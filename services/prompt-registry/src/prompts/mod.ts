export { type PromptParts, promptCommands, promptParts } from './commands.ts';
export type { CreatePrompt } from './create-prompt.ts';
export type { DescribePrompt } from './describe-prompt.ts';
export type { FindPrompt } from './find-prompt.ts';
export type { PatchPrompt } from './patch-prompt.ts';
export type { PromptChange, PromptChanges } from './prompt-changes.ts';
export { promptRoutes, type WantedVersion } from './routes.ts';
export type { SetPromptStatus } from './set-prompt-status.ts';
export { teamLock } from './team-lock.ts';
