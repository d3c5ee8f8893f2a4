export { DiffVersions } from './diff-versions.ts';
export { diffRoutes } from './routes.ts';
export { unifiedDiff } from './unified.ts';
