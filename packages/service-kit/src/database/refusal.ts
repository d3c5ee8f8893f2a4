/**
 * Tells a configuration that is wrong, which ends a start with one sentence, from a server that is not there yet, which is waited for.
 */
import { poolerError, SessionError } from './session.ts';
import { isUnavailable } from './unavailable.ts';

/** By SQLSTATE: what to do about a refusal. */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'check the user and the password',
  '28000': 'check the user, and pg_hba.conf, which may demand TLS (?sslmode=verify-full)',
  '3D000': 'create the database, or correct its name',
  '42501': 'grant the role CONNECT on the database',
};

/** Node's codes for a certificate that is not trusted, and OpenSSL's. */
const CERTIFICATE_CODES =
  /^(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|ERR_OSSL_\w+)$/;

/** What Node appends to the text about a certificate; px0's own advice stands there instead. */
const NODES_OWN_ADVICE = /; if the root CA is installed locally.*$/;

const CERTIFICATE_ADVICE =
  'give the certificate authority as sslrootcert=FILE, and the host by the name that the certificate has; see docs/operations/postgres.md';

/** pg gives these no code. */
const NO_TLS = 'The server does not support SSL connections';
const UNSUPPORTED = /unsupported startup parameter|doesn't support command-line options/i;

/**
 * The error that a pooler means by its refusal of a connection's startup parameters, else undefined. PgBouncer and those built on it
 * refuse them by a protocol violation, RDS Proxy as a feature that is not supported.
 */
export function poolerRefusal(error: unknown): SessionError | undefined {
  if (error instanceof SessionError) return error.fault === 'pooler' ? error : undefined;
  if (!(error instanceof Error) || !UNSUPPORTED.test(error.message)) return undefined;
  return poolerError(`it refuses px0’s settings (${withoutStop(error.message)})`, { cause: error });
}

/** One sentence for the operator about a refusal that waiting does not mend; undefined where waiting may help. */
export function refusalOf(error: unknown): string | undefined {
  const pooler = poolerRefusal(error);
  if (pooler !== undefined) return pooler.message;
  if (isUnavailable(error)) return undefined;
  const advice = adviceOn(error);
  const reason = withoutStop(reasonOf(error).replace(NODES_OWN_ADVICE, ''));
  return `Postgres refused the connection to DATABASE_URL: ${reason}${advice === undefined ? '' : `; ${advice}`}.`;
}

/** An error's text, also where Node gives it none. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message.startsWith(NO_TLS)) return 'switch TLS on in Postgres, or take sslmode out';
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code !== 'string') return undefined;
  if (CERTIFICATE_CODES.test(code)) return CERTIFICATE_ADVICE;
  if (code === 'ENOENT' || code === 'EACCES')
    return 'check the files that sslrootcert, sslcert and sslkey name';
  return ADVICE[code];
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
