import { describe, expect, it } from 'vitest';
import { withStrictTls } from './tls-mode.ts';

const server = 'postgres://px0@db.example:5432/px0';

describe('sslmode', () => {
  it.each(['allow', 'prefer', 'require', 'verify-ca'])('%s checks all, in every release of pg', (mode) => {
    expect(withStrictTls(`${server}?sslmode=${mode}&sslrootcert=/ca.pem`)).toBe(
      `${server}?sslmode=verify-full&sslrootcert=/ca.pem`,
    );
  });

  it.each([
    server,
    `${server}?sslmode=disable`,
    `${server}?sslmode=no-verify`,
    `${server}?sslmode=verify-full`,
    `${server}?uselibpqcompat=true&sslmode=require`,
    `${server}?sslmode=require&uselibpqcompat=true`,
    `${server}?application_name=sslmode=require`,
  ])('stays as it is in %s', (url) => {
    expect(withStrictTls(url)).toBe(url);
  });
});
