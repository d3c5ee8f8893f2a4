/**
 * Prints mails instead of sending them, for development. Writes to a stream of its own and never through the logger, because logs
 * are kept and shipped, and codes must not be in them.
 */
import type { Mail, Mailer } from './mail.ts';

export class ConsoleMailer implements Mailer {
  readonly #output: { write(text: string): unknown };

  constructor(output: { write(text: string): unknown }) {
    this.#output = output;
  }

  send({ to, subject, text }: Mail): Promise<void> {
    this.#output.write(`\n--- mail to ${to}: ${subject}\n${text}---\n`);
    return Promise.resolve();
  }
}
