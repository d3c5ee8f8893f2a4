/** Creates the mailer that the configuration selects. */
import type { Config } from '../config.ts';
import { ConsoleMailer } from './console-mailer.ts';
import type { Mailer } from './mail.ts';
import { ResendMailer } from './resend-mailer.ts';
import { SmtpMailer } from './smtp-mailer.ts';

type MailConfig = Pick<
  Config,
  'RESEND_API_KEY' | 'RESEND_API_URL' | 'RESEND_FROM_EMAIL' | 'SMTP_URL' | 'MAIL_TIMEOUT_MS'
>;

/** SMTP when it has a server, else Resend when it has a key, else the console. */
export function createMailer(config: MailConfig, output: { write(text: string): unknown }): Mailer {
  const common = { from: config.RESEND_FROM_EMAIL, timeoutMs: config.MAIL_TIMEOUT_MS };
  if (config.SMTP_URL !== undefined) return new SmtpMailer({ ...common, url: config.SMTP_URL });
  const apiKey = config.RESEND_API_KEY ?? '';
  if (apiKey !== '' && apiKey !== 'mock')
    return new ResendMailer({ ...common, apiKey, baseUrl: config.RESEND_API_URL });
  return new ConsoleMailer(output);
}
