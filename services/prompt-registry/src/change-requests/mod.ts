export { KeepBrokenGlass } from './broken-glass.ts';
export { changeRequestCommands } from './commands.ts';
export type { JudgedRequestDependencies } from './judged-request.ts';
export { observeRequests } from './metrics.ts';
export { changeRequestRoutes } from './routes.ts';
export { settleRequests } from './settle.ts';
