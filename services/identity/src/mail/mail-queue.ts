/**
 * Sends queued mails and retries. The queue's rows say what to send to whom; a code is created at the moment of sending, so that
 * only its hash is ever stored.
 * See docs/decisions/046-mail.md.
 */
import { Background, type Lookout, type PrivateWriter, type Progress, WATCHED_PAUSE_MS } from '@px0/owner';
import type { Logger } from '@px0/service-kit';
import type { Mail, Mailer } from './mail.ts';
import {
  ARE_DUE,
  deleteMail,
  insertMail,
  leaseDueMails,
  type MailKind,
  type MailOrder,
  postponeMail,
  type QueuedMail,
} from './store.ts';

/** Makes the mail of an order, its code included; undefined when there is nothing to say any more. */
export type MailWriter = (order: MailOrder) => Promise<Mail | undefined>;

export interface MailQueueOptions {
  readonly database: PrivateWriter;
  readonly mailer: Mailer;
  readonly writers: { readonly [Kind in MailKind]: MailWriter };
  readonly logger: Logger;
  /** Tells of mails that are due. */
  readonly lookout: Pick<Lookout, 'watch'>;
  /** How long sending one mail may take; the lease is longer. */
  readonly timeoutMs: number;
}

const BATCH = 10;
const RETRY_MS = 5_000;
const FIRST_PAUSE_SECONDS = 10;
const LONGEST_PAUSE_SECONDS = 3_600;
/** A mail that could not be sent for this long is given up. */
const GIVE_UP_SECONDS = 86_400;

export class MailQueue {
  readonly name = 'mail queue';
  readonly #options: MailQueueOptions;
  readonly #leaseSeconds: number;
  readonly #loop: Background;

  constructor(options: MailQueueOptions) {
    this.#options = options;
    this.#leaseSeconds = Math.ceil(options.timeoutMs / 1_000) + 20;
    this.#loop = new Background({
      name: this.name,
      logger: options.logger,
      pauseMs: WATCHED_PAUSE_MS,
      retryMs: RETRY_MS,
      step: () => this.#sendDue(),
    });
    options.lookout.watch(ARE_DUE, () => this.wake());
  }

  /** Queues a mail in a change, to be sent by `wake` after its commit. */
  async enqueue(writer: PrivateWriter, order: MailOrder): Promise<void> {
    await insertMail(writer, order, 0);
  }

  /** Queues a mail and tries to send it now. False when the provider refused; the mail is tried again later. */
  async sendNow(order: MailOrder): Promise<boolean> {
    return this.#deliver(await insertMail(this.#options.database, order, this.#leaseSeconds));
  }

  start(): void {
    this.#loop.start();
  }

  /** Resolves when no mail is being sent. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Looks for due mails soon; never waits and never fails. */
  wake(): void {
    this.#loop.wake();
  }

  async #sendDue(): Promise<Progress> {
    const due = await leaseDueMails(this.#options.database, BATCH, this.#leaseSeconds);
    await Promise.all(due.map((mail) => this.#deliver(mail)));
    return due.length === BATCH ? 'more' : 'none';
  }

  async #deliver(order: QueuedMail): Promise<boolean> {
    const { database, mailer, writers, logger } = this.#options;
    try {
      const mail = await writers[order.kind](order);
      if (mail !== undefined) await mailer.send(mail);
    } catch (error) {
      // The provider's words may hold the address: the log gets only the kind of error.
      const kind = error instanceof Error ? error.name : 'unknown';
      const facts = { mail: order.id, kind: order.kind, attempts: order.attempts + 1, error: kind };
      if (order.ageSeconds > GIVE_UP_SECONDS) {
        logger.error(facts, 'a mail could not be sent for a day and is given up');
        await deleteMail(database, order.id);
      } else {
        logger.warn(facts, 'a mail could not be sent and will be tried again');
        await postponeMail(database, order.id, pauseAfter(order.attempts), kind);
      }
      return false;
    }
    await deleteMail(database, order.id);
    return true;
  }
}

function pauseAfter(attempts: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(attempts, 20));
}
