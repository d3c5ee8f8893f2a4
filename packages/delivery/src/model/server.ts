/** What a test of the delivery rules needs of a server: the model, or a real one in its place. */
import type { Frame } from '../frames/frame.ts';

export interface Server {
  /** Applies the next event of the world, if there is one. */
  advance(): void;
  /** Undefined when it is behind what the client has seen. */
  connect(last: string | undefined, floor: string | undefined): ServerConnection | undefined;
}

export interface ServerConnection {
  /** Sends what has changed since the last pass. */
  pass(): void;
  heartbeat(): void;
  /** The client does not read any more: nothing is sent until it catches up. */
  fallBehind(): void;
  catchUp(): void;
  /** Sends a part of a transfer. */
  pump(most: number): void;
  /** What was sent since the last call. */
  take(): readonly Frame[];
}
