/** Reads the programs of versions from the body stream. */
import { bodySubject, decodeBody } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import type { BodySource, VersionBody } from './body-source.ts';

/** Direct get answers from any replica of the stream; the leader is asked where that may be behind. */
export class StreamBodySource implements BodySource {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async fetch(promptId: string, number: number, fromLeader: boolean): Promise<VersionBody | undefined> {
    const subject = bodySubject(promptId, number);
    const message = fromLeader
      ? await this.#bus.lastMessage('body', subject)
      : await this.#bus.directLastMessage('body', subject);
    if (message === undefined) return undefined;
    const { revision, program } = decodeBody(subject, message.text);
    return program === undefined ? undefined : { revision, program };
  }
}
