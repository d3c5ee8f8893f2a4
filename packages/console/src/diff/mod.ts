export { DiffView } from './diff-view.tsx';
export type { DiffLayout } from './layout.ts';
export { LayoutChoice } from './layout-choice.tsx';
export { ScrollRegion } from './scroll-region.tsx';
