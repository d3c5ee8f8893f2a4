import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createMailer, verificationMail } from '../src/mail/mod.ts';

const base = {
  RESEND_API_KEY: undefined,
  RESEND_API_URL: 'http://127.0.0.1:9',
  RESEND_FROM_EMAIL: 'px0@example.com',
  SMTP_URL: undefined,
  // For what hangs, not for what is slow.
  MAIL_TIMEOUT_MS: 30_000,
};
const nowhere = { write: () => true };
const mail = verificationMail('somebody@example.com', '012345');

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** A real SMTP server that keeps what it takes, or refuses every recipient. */
async function smtpServer(refuses = false): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, callback) => callback(refuses ? new Error('no such mailbox') : null),
    onData(stream, session, callback) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text,
        });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `smtp://127.0.0.1:${portOf(server.server.address())}`, received };
}

interface ResendCall {
  readonly authorization: string | undefined;
  readonly body: unknown;
}

async function resendServer(status: number, delayMs = 0): Promise<{ url: string; calls: ResendCall[] }> {
  const calls: ResendCall[] = [];
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    req.on('end', () => {
      calls.push({ authorization: req.headers.authorization, body: JSON.parse(text) });
      setTimeout(() => res.writeHead(status).end('{}'), delayMs).unref();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${portOf(server.address())}`, calls };
}

describe('the SMTP mailer', () => {
  it('sends a plain-text and an HTML part to one recipient', async () => {
    const { url, received } = await smtpServer();
    await createMailer({ ...base, SMTP_URL: url }, nowhere).send(mail);
    expect(received).toEqual([
      { from: 'px0@example.com', to: ['somebody@example.com'], text: expect.any(String) },
    ]);
    const text = received[0]?.text ?? '';
    expect(text).toContain('Content-Type: text/plain');
    expect(text).toContain('Content-Type: text/html');
    expect(text).toContain('Subject: Your px0 verification code');
    expect(text.match(/012345/g)?.length).toBe(2);
  });

  it('fails when the server refuses or is not there', async () => {
    const { url } = await smtpServer(true);
    await expect(createMailer({ ...base, SMTP_URL: url }, nowhere).send(mail)).rejects.toThrow();
    await expect(
      createMailer({ ...base, SMTP_URL: 'smtp://127.0.0.1:9' }, nowhere).send(mail),
    ).rejects.toThrow();
  });
});

describe('the Resend mailer', () => {
  const withKey = (url: string) =>
    createMailer({ ...base, RESEND_API_KEY: 're_secret', RESEND_API_URL: url }, nowhere);

  it('posts the mail with its key', async () => {
    const { url, calls } = await resendServer(200);
    await withKey(url).send(mail);
    const { to, ...rest } = mail;
    expect(calls).toEqual([
      { authorization: 'Bearer re_secret', body: { from: 'px0@example.com', to: [to], ...rest } },
    ]);
  });

  it('fails when Resend refuses, without repeating the address', async () => {
    const { url } = await resendServer(422);
    const failure: unknown = await withKey(url)
      .send(mail)
      .catch((error: unknown) => error);
    expect(String(failure)).toContain('422');
    expect(String(failure)).not.toContain('somebody');
  });

  it('gives up after the timeout', async () => {
    const { url } = await resendServer(200, 60_000);
    const mailer = createMailer(
      { ...base, RESEND_API_KEY: 're_secret', RESEND_API_URL: url, MAIL_TIMEOUT_MS: 100 },
      nowhere,
    );
    await expect(mailer.send(mail)).rejects.toThrow(/time/i);
  });
});

describe('the console mailer', () => {
  it.each([undefined, '', 'mock'])('prints to its own stream when RESEND_API_KEY is %j', async (key) => {
    const printed: string[] = [];
    await createMailer(
      { ...base, RESEND_API_KEY: key },
      { write: (text: string) => printed.push(text) },
    ).send(mail);
    expect(printed.join('')).toContain('somebody@example.com');
    expect(printed.join('')).toContain('012345');
  });
});
