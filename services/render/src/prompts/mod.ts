export type { KnownSchema } from './contract.ts';
export { DeliveredPromptEntry } from './delivered-prompt-entry.ts';
export { PromptDirectory, PromptEntry, type PromptListener, type VersionRow } from './prompt-directory.ts';
export { RenderableVersion, type VersionContent } from './renderable-version.ts';
