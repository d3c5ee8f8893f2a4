/** Sends mails through an SMTP server. */
import { createTransport, type Transporter } from 'nodemailer';
import type { Mail, Mailer } from './mail.ts';

export interface SmtpOptions {
  readonly url: string;
  readonly from: string;
  readonly timeoutMs: number;
}

export class SmtpMailer implements Mailer {
  readonly #transport: Transporter;
  readonly #from: string;

  constructor({ url, from, timeoutMs }: SmtpOptions) {
    this.#from = from;
    const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
    this.#transport = createTransport({ url, ...timeouts });
  }

  async send({ to, subject, text, html }: Mail): Promise<void> {
    // As an object the address is not parsed: it can name one recipient only.
    await this.#transport.sendMail({ from: this.#from, to: { name: '', address: to }, subject, text, html });
  }
}
