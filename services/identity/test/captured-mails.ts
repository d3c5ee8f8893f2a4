/** A mailer that keeps what it is given, and refuses when a test says so. */
import { eventually } from '@px0/testing';
import type { Mail, Mailer } from '../src/mail/mod.ts';

const CODE = /^ {4}([0-9a-f]{6,32})$/m;

export class CapturedMails implements Mailer {
  readonly all: Mail[] = [];
  refuses = false;

  send(mail: Mail): Promise<void> {
    if (this.refuses) return Promise.reject(new Error('the provider refuses'));
    this.all.push(mail);
    return Promise.resolve();
  }

  to(address: string): Mail[] {
    return this.all.filter((mail) => mail.to === address);
  }

  /** The code in the `count`th mail to an address, waiting for it. */
  async code(address: string, count = 1): Promise<string> {
    return await eventually(() => CODE.exec(this.to(address)[count - 1]?.text ?? '')?.[1], {
      what: `mail ${count} to ${address}`,
    });
  }
}
