/** Creates the mail queue from the configuration, with a writer for each kind of mail. */
import type { Lookout, PrivateWriter } from '@px0/owner';
import type { Logger } from '@px0/service-kit';
import type { Config } from '../config.ts';
import type { Mailer } from './mail.ts';
import { MailQueue, type MailQueueOptions } from './mail-queue.ts';
import { addedToTeamMail, alreadyRegisteredMail, emailChangedMail } from './messages.ts';

/** Writers of the mails that carry codes. */
export type CodeMailWriters = Pick<MailQueueOptions['writers'], 'verification' | 'password-reset'>;

export interface MailParts {
  readonly database: PrivateWriter;
  readonly lookout: Pick<Lookout, 'watch'>;
  readonly logger: Logger;
  readonly codes: CodeMailWriters;
  readonly mailer: Mailer;
}

export function createMailQueue(
  config: Config,
  { database, lookout, logger, codes, mailer }: MailParts,
): MailQueue {
  return new MailQueue({
    database,
    lookout,
    mailer,
    writers: {
      ...codes,
      'email-changed': ({ recipient }) => Promise.resolve(emailChangedMail(recipient)),
      'added-to-team': ({ recipient }) => Promise.resolve(addedToTeamMail(recipient)),
      'already-registered': ({ recipient }) => Promise.resolve(alreadyRegisteredMail(recipient)),
    },
    logger,
    timeoutMs: config.MAIL_TIMEOUT_MS,
  });
}
