/** What the worker threads of a registry process do. Loaded by each of them: nothing of the service kit, nor of the database. */

import type { ErrorCode } from '@px0/contracts';
import type { Task, Thread } from '@px0/heavy-renders/thread';
import { ApiError } from '@px0/service-kit/errors';
import { type CheckOrder, type CheckOutcome, runCheck } from '../checks/thread.ts';
import { answerOf, type DiffOrder } from '../diff/thread.ts';
import { renderSample as render, type SampleOrder, type SampleOutcome } from '../snapshots/thread.ts';
import {
  type ExportOrder,
  exportAnswer,
  type ImportBody,
  readDocument as read,
  readSorted,
  type SortedDocument,
  withVariablesAsText,
} from '../transfer/thread.ts';
import { type AuthoredText, type Judgement, judge } from '../versions/thread.ts';

const check: Task<CheckOrder, CheckOutcome> = (order, thread) => {
  const outcome = runCheck(order, {
    meter: thread.meter,
    compile: (program) => thread.templates.of(program),
    beforeCompared: () => undefined,
  });
  for (const piece of outcome.payloads) if (typeof piece !== 'number') moved(piece, thread);
  return outcome;
};

const renderSample: Task<SampleOrder, SampleOutcome> = (order, { meter, templates }) =>
  render(order, { meter, compile: (program) => templates.of(program) });

const judgeText: Task<AuthoredText, Judgement> = (text, { meter }) => judge(text, meter);

const diff: Task<DiffOrder, readonly Uint8Array[]> = (order, thread) =>
  answerOf(order).map((piece) => moved(piece, thread));

/** A refusal by its code, and the text that its caller sees. */
interface Refusal {
  readonly refusal: { readonly code: ErrorCode; readonly text: string };
}

function refusedAsData<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { refusal: { code: error.code, text: error.publicMessage } };
  }
}

const textOf = (body: Uint8Array) =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');

const readDocument: Task<{ readonly body: Uint8Array }, ImportBody | Refusal> = ({ body }) =>
  refusedAsData(() => withVariablesAsText(read(textOf(body))));

const sortDocument: Task<{ readonly body: Uint8Array }, SortedDocument | Refusal> = ({ body }) =>
  refusedAsData(() => withVariablesAsText(readSorted(textOf(body))));

const exportDocument: Task<ExportOrder, { readonly pieces: readonly Uint8Array[] } | Refusal> = (
  order,
  thread,
) => refusedAsData(() => ({ pieces: exportAnswer(order).map((piece) => moved(piece, thread)) }));

function moved(bytes: Uint8Array, thread: Thread): Uint8Array {
  thread.transfer(bytes.buffer);
  return bytes;
}

export const tasks = {
  check,
  renderSample,
  judgeText,
  diff,
  readDocument,
  sortDocument,
  exportDocument,
};
