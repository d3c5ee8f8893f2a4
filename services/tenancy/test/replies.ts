/** Short ways to say what a reply is expected to be. */
import { expect } from 'vitest';
import type { Reply } from './running-tenancy.ts';

/** Expects a success with this body. */
export function expectOk(reply: Reply, status: 200 | 201 | 204, body?: unknown): void {
  expect({ status: reply.status, body: reply.body }).toEqual({ status, body });
}

/** Expects a refusal with this very text. */
export function expectError(reply: Reply, status: number, error: string): void {
  expect({ status: reply.status, body: reply.body }).toEqual({ status, body: { error } });
}
