export { PromptDirectory, PromptEntry, type VersionRow } from './prompt-directory.ts';
export { RenderableVersion } from './renderable-version.ts';
