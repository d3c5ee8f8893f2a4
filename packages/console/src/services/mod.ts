export { NotSending } from './not-sending.tsx';
export { TeamServices } from './team-services.tsx';
export { usedBy } from './used-by.ts';
export { UsedByList, type UsedByListProps } from './used-by-list.tsx';
export type { LiveVersion, PromptService } from './used-by-rows.ts';
