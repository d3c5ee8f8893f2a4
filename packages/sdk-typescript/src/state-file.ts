/** The state file of a client. Whatever is wrong with it is a warning; the application goes on. */
import { KeptFile, type KeptFileOptions } from '@px0/delivery';
import { readState, type State, writeState } from './state-text.ts';

/** With what a client of this package keeps. */
export class StateFile extends KeptFile<State> {
  constructor(options: Omit<KeptFileOptions<State>, 'lines' | 'read'>) {
    super({ ...options, read: readState, lines: writeState });
  }
}
