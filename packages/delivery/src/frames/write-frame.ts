/** From a frame to the bytes of a stream's event or a snapshot's line. */
import type { Frame } from './frame.ts';

/** A line of a snapshot, a state file or a bundle. */
export function asLine(frame: Frame): string {
  return `${JSON.stringify(frame)}\n`;
}

/**
 * An event of a stream. Only a frame that closes something has an `id`: a client of any kind that sends the last one back resumes from a state
 * that it has seen whole.
 */
export function asEvent(frame: Frame): string {
  const closes = frame.type === 'mark' || frame.type === 'sync' || frame.type === 'heartbeat';
  const id = closes ? `id: ${frame.revision}\n` : '';
  return `event: ${frame.type}\n${id}data: ${JSON.stringify(frame)}\n\n`;
}
