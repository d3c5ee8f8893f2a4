/** Sends mails through an SMTP server. */
import type { Transporter } from 'nodemailer';
import type { Mail, Mailer } from './mail.ts';

export interface SmtpOptions {
  readonly url: string;
  readonly from: string;
  readonly timeoutMs: number;
}

export class SmtpMailer implements Mailer {
  readonly #options: SmtpOptions;
  #transport: Promise<Transporter> | undefined;

  constructor(options: SmtpOptions) {
    this.#options = options;
  }

  async send({ to, subject, text, html }: Mail): Promise<void> {
    this.#transport ??= this.#connect();
    const transport = await this.#transport;
    // As an object the address is not parsed: it can name one recipient only.
    const { from } = this.#options;
    await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html });
  }

  /** Its code is loaded when the first mail is sent: most of its memory is of no use to a process that sends none. */
  async #connect(): Promise<Transporter> {
    const { url, timeoutMs } = this.#options;
    const { createTransport } = await import('nodemailer');
    const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
    return createTransport({ url, ...timeouts });
  }
}
