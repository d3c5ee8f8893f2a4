/**
 * Prints mails instead of sending them, for development. It writes to a stream of its own, never through the logger: logs are kept and
 * shipped, and a code does not belong there.
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
