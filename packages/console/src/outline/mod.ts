/** What can be drawn without a browser: the built page shows it before the first script runs. Everybody else has it from `ui`. */
export { classes } from './classes.ts';
export { Logo } from './logo.tsx';
export { Skeleton, SkeletonRows } from './skeleton.tsx';
