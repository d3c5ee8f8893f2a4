export { HeavyRenders, isFailedRender } from './heavy-renders.ts';
export { type BatchItem, MAX_RENDERS, type RenderInput, reportOf } from './tasks.ts';
