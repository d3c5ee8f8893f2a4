/** The client: renders by px0 or in this process, and has something to say also when px0 is away. */
import { Client } from './client.ts';
import { readable } from './errors.ts';
import { type Px0Options, settingsOf } from './options.ts';
import { partsOf } from './parts.ts';
import { type TestPrompt, TestPx0 } from './test-px0.ts';

export class Px0 extends Client {
  /** @throws UsageError for settings with which it cannot work */
  constructor(options: Px0Options = {}) {
    super(partsOf(readable('the options', () => settingsOf(options))));
  }

  /**
   * A client for the tests of an application: it renders the given prompts, by slug, without px0, and what it holds can be changed by `set` and `delete`.
   *
   * @throws UsageError for a prompt that cannot be compiled
   */
  static forTests(prompts: Readonly<Record<string, TestPrompt>> = {}): TestPx0 {
    return new TestPx0(prompts);
  }
}
