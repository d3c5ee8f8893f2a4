/** Work in slices, between which renders and reads have their turns. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 4;
/** Looking at the clock costs about as much as the cheapest of the steps between. */
const STEPS_PER_LOOK = 8;

export class Slices {
  #began = performance.now();
  #steps = 0;

  /** True when it is the others' turn. To be asked after each step. */
  get isOver(): boolean {
    this.#steps += 1;
    return this.#steps % STEPS_PER_LOOK === 0 && performance.now() - this.#began > SLICE_MS;
  }

  /** Goes on in a later turn of the event loop. */
  async others(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }
}
