/** Sends mails through the HTTP API of resend.com. */
import type { Mail, Mailer } from './mail.ts';

export interface ResendOptions {
  readonly apiKey: string;
  readonly from: string;
  readonly timeoutMs: number;
  readonly baseUrl: string;
}

export class ResendMailer implements Mailer {
  readonly #options: ResendOptions;

  constructor(options: ResendOptions) {
    this.#options = options;
  }

  async send({ to, subject, text, html }: Mail): Promise<void> {
    const { apiKey, from, timeoutMs, baseUrl } = this.#options;
    const response = await fetch(new URL('/emails', baseUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from, to: [to], subject, text, html }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    // The body may repeat the address, so the error names only the status; reading it frees the connection.
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`Resend answered ${response.status}`);
  }
}
