export { type DiffLayout, DiffView } from './diff-view.tsx';
export { LayoutChoice } from './layout-choice.tsx';
export { ScrollRegion } from './scroll-region.tsx';
