/** For the module that holds a service's tasks: light enough for a worker thread to load. */
export type { CompiledTemplates } from './compiled-templates.ts';
export type { TaskAnswer, TaskOrder, ThreadSettings } from './messages.ts';
export type { InputOf, OutputOf, Task, Tasks, Thread } from './task.ts';
export { TaskEnded } from './thread-meter.ts';
