export { type ChoreDependencies, chores } from './chores.ts';
export { PeriodicTasks } from './periodic-tasks.ts';
