/** Components that render without a browser: the build puts them into `index.html`. Other code imports them from `ui`. */
export { classes } from './classes.ts';
export { Logo } from './logo.tsx';
export { PageFrame, type PageFrameProps } from './page-frame.tsx';
export { Skeleton, SkeletonRows } from './skeleton.tsx';
