export { ChangePrompt } from './change-prompt.ts';
export { CreatePrompt, promptTexts } from './create-prompt.ts';
export { PromptListStore } from './list-store.ts';
export { type PromptChange, PromptChanges } from './prompt-changes.ts';
export { PromptPublisher } from './prompt-event.ts';
export { ReadPrompts } from './read-prompts.ts';
export { promptRoutes } from './routes.ts';
export { PromptStore, teamLock } from './store.ts';
