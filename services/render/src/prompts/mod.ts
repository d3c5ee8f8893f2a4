export type { KnownSchema } from './contract.ts';
export { PromptDirectory, PromptEntry, type PromptListener, type VersionRow } from './prompt-directory.ts';
export { RenderableVersion, type VersionContent } from './renderable-version.ts';
