export { HeavyRenders, isFailedRender } from './heavy-renders.ts';
export type { BatchItem, RenderInput } from './tasks.ts';
