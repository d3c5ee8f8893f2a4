export { DiffView } from './diff-view.tsx';
export type { DiffLayout } from './layout.ts';
export { LayoutChoice } from './layout-choice.tsx';
export { type LineChange, lineChange } from './line-change.ts';
export { ScrollRegion } from './scroll-region.tsx';
