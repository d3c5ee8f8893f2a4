/** A worker thread of the pool: runs one task after another. */
import { getPriority, setPriority } from 'node:os';
import { parentPort, type Transferable, workerData } from 'node:worker_threads';
import { CompiledTemplates } from './compiled-templates.ts';
import type { TaskAnswer, TaskOrder, ThreadSettings } from './messages.ts';
import type { Task, Thread } from './task.ts';
import { TaskEnded, ThreadMeter } from './thread-meter.ts';

/** Below the main thread, which answers everybody else. Linux counts this by thread; elsewhere it would slow the whole process. */
const NICENESS = 5;
const LEAST_PRIORITY = 19;

const port = parentPort;
if (port === null) throw new Error('this module runs in a worker thread');
if (process.platform === 'linux') setPriority(Math.min(getPriority() + NICENESS, LEAST_PRIORITY));

const settings: ThreadSettings = workerData;
const { tasks }: { tasks: Record<string, Task<unknown, unknown>> } = await import(settings.tasks);
const meter = new ThreadMeter(settings.abandoned, settings.processorMs);
const templates = new CompiledTemplates();

port.on('message', (order: TaskOrder) => {
  const moved: Transferable[] = [];
  const answer = answerTo(order, {
    templates,
    meter,
    transfer: (buffer) => moved.push(buffer as ArrayBuffer),
  });
  port.postMessage(answer, moved);
});

function answerTo({ number, name, input }: TaskOrder, thread: Thread): TaskAnswer {
  try {
    const task = tasks[name];
    if (task === undefined) throw new Error(`there is no task ${name}`);
    meter.begin(number);
    return { output: task(input, thread) };
  } catch (error) {
    if (error instanceof TaskEnded) return { ended: error.reason };
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
