import { describe, expect, it } from 'vitest';
import { refusalOf } from './refusal.ts';

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

describe('a refusal', () => {
  it.each([
    [
      'a wrong password',
      coded('28P01', 'password authentication failed for user "px0"'),
      'password authentication failed for user "px0"; check the user and the password',
    ],
    [
      'a server that demands TLS',
      coded('28000', 'no pg_hba.conf entry for host "10.0.0.1", user "px0", database "px0", no encryption'),
      'no pg_hba.conf entry for host "10.0.0.1", user "px0", database "px0", no encryption; check the user, and pg_hba.conf, which may demand TLS (?sslmode=verify-full)',
    ],
    [
      'a server without TLS',
      new Error('The server does not support SSL connections'),
      'The server does not support SSL connections; switch TLS on in Postgres, or take sslmode out',
    ],
    [
      'a certificate of an unknown authority',
      coded(
        'SELF_SIGNED_CERT_IN_CHAIN',
        'self-signed certificate in certificate chain; if the root CA is installed locally, try running Node.js with --use-system-ca',
      ),
      'self-signed certificate in certificate chain; give the certificate authority as sslrootcert=FILE, and the host by the name that the certificate has; see docs/operations/postgres.md',
    ],
    [
      'a file that is missing',
      Object.assign(coded('ENOENT', "ENOENT: no such file or directory, open '/ca.pem'"), {
        syscall: 'open',
      }),
      "ENOENT: no such file or directory, open '/ca.pem'; check the files that sslrootcert, sslcert and sslkey name",
    ],
    ['anything else', coded('XX000', 'out of order.'), 'out of order'],
  ])('says what to do about %s', (_case, error, sentence) => {
    expect(refusalOf(error)).toBe(`Postgres refused the connection to DATABASE_URL: ${sentence}.`);
  });

  it.each([
    ['a server that is not there', coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1')],
    ['a name that is not known yet', coded('ENOTFOUND', 'getaddrinfo ENOTFOUND postgres')],
    ['a server that starts', coded('57P03', 'the database system is starting up')],
    ['a server without a connection to spare', coded('53300', 'sorry, too many clients already')],
    ['a pooler that has no server', coded('08P01', 'server login has been failing')],
  ])('is not what one makes of %s: it is waited for', (_case, error) => {
    expect(refusalOf(error)).toBeUndefined();
  });
});
