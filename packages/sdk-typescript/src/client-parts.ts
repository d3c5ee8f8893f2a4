/** The parts of a client. In a file of their own, because the declarations of the published package must not lead to them. */
import type { Fallbacks } from './fallbacks.ts';
import type { LocalPrompts } from './local/local-prompts.ts';
import type { Mode } from './options.ts';
import type { RemoteRenders } from './remote-renders.ts';
import type { StateFile } from './state-file.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { Transport } from './transport.ts';
import type { Usage } from './usage/usage.ts';

export interface ClientParts {
  readonly mode: Mode;
  readonly teamId: string | null;
  readonly timeoutMs: number;
  readonly remoteWhenNeeded: boolean;
  readonly fallbacks: Fallbacks;
  readonly transport: Transport;
  readonly remote: RemoteRenders;
  /** Undefined in mode `remote`. */
  readonly local: LocalPrompts | undefined;
  /** Of mode `remote`. */
  readonly stateFile: StateFile | undefined;
  /** Undefined: px0 is told nothing. */
  readonly usage: Usage | undefined;
  /** Undefined: OpenTelemetry is told nothing. */
  readonly telemetry: Telemetry | undefined;
}
