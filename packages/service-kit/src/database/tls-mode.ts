/**
 * What `sslmode` of DATABASE_URL means. node-postgres reads `prefer`, `require` and `verify-ca` as `verify-full`, warns of it at each start,
 * and announces that its next release will check nothing for them. px0 means one thing in every release: a connection that asks for TLS
 * checks the server's certificate and name, unless `no-verify`, or libpq's own rules (`uselibpqcompat=true`), are asked for.
 */

const WEAKER_THAN_ITS_NAME = /([?&]sslmode=)(?:allow|prefer|require|verify-ca)(?=&|#|$)/;

/** The connection string as pg is given it. */
export function withStrictTls(connectionString: string): string {
  if (/[?&]uselibpqcompat=true(?:&|#|$)/.test(connectionString)) return connectionString;
  return connectionString.replace(WEAKER_THAN_ITS_NAME, '$1verify-full');
}
