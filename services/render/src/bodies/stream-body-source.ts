/** Reads the programs of versions from the body stream. */
import { bodySubject, decodeBody } from '@px0/contracts';
import { type Bus, compareEpochs } from '@px0/event-bus';
import type { BodySource, VersionBody } from './body-source.ts';

/** Direct get answers from any replica of the stream; the leader is asked where that may be behind. */
export class StreamBodySource implements BodySource {
  readonly #bus: Bus;
  readonly #comparesSince: () => string;

  /** `comparesSince`: the epoch since which revisions compare, empty when they always did. */
  constructor(bus: Bus, comparesSince: () => string) {
    this.#bus = bus;
    this.#comparesSince = comparesSince;
  }

  async fetch(promptId: string, number: number, fromLeader: boolean): Promise<VersionBody | undefined> {
    const subject = bodySubject(promptId, number);
    const message = fromLeader
      ? await this.#bus.lastMessage('body', subject)
      : await this.#bus.directLastMessage('body', subject);
    if (message === undefined) return undefined;
    const { revision, program } = decodeBody(subject, message.text);
    if (program === undefined) return undefined;
    return { revision, program, compares: compareEpochs(message.epoch, this.#comparesSince()) >= 0 };
  }
}
