/** Documents on their ways in and out: small ones are read and written on the main thread, others in a worker thread. */
import { type ErrorCode, errorCatalog } from '@px0/contracts';
import { isLightJson, isLightTemplate } from '@px0/heavy-renders';
import { ApiError } from '@px0/service-kit';
import { type HeavyWork, LONG_WAIT_MS, sayingInstead } from '../heavy/mod.ts';
import type { ParsedDocument, SortedDocument } from './document.ts';
import { type ExportOrder, exportAnswer } from './export-answer.ts';
import { type ImportBody, readDocument, readSorted, withVariablesFromText } from './read-document.ts';

/** JSON of this size is read or written within a few milliseconds; YAML takes some microseconds for each character. */
const LIGHT_JSON = 64 * 1024;
const LIGHT_YAML = 2 * 1024;
/** Every message of a conversation adds some actions to what is compiled. */
const LIGHT_CHATS = 4 * 1024;

/** More than the pool lets one organization have waiting is counted as what it does. */
const MAX_COUNTED_BYTES = 32 * 1024 * 1024;

export class HeavyDocuments {
  readonly #heavy: HeavyWork;

  constructor(heavy: HeavyWork) {
    this.#heavy = heavy;
  }

  /** Reads the body of an import. @throws ApiError invalidRequestBody, titleTooLong, descriptionTooLong, invalidDocument, tooManyHeavyRenders */
  async read(teamId: string, body: Buffer, signal: AbortSignal): Promise<ImportBody> {
    if (isLightBody(body)) return readDocument(body.toString('utf8'));
    const { organization, options } = this.#waiting(teamId, body, signal);
    return outcomeOf(this.#heavy.pool.run(organization, 'readDocument', { body }, options));
  }

  /** The same with the prompts that an import would refuse. @throws as `read`, for what is wrong with the whole */
  async sort(teamId: string, body: Buffer, signal: AbortSignal): Promise<SortedDocument> {
    if (isLightBody(body)) return readSorted(body.toString('utf8'));
    const { organization, options } = this.#waiting(teamId, body, signal);
    return outcomeOf(this.#heavy.pool.run(organization, 'sortDocument', { body }, options));
  }

  #waiting(teamId: string, body: Buffer, signal: AbortSignal) {
    const options = { signal, bytes: body.byteLength, waitMs: LONG_WAIT_MS };
    return { organization: this.#heavy.organizationOf(teamId), options };
  }

  /** Writes the answer of an export. @throws ApiError documentTooLarge, tooManyHeavyRenders */
  async write(teamId: string, order: ExportOrder, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const characters = order.prompts.reduce((sum, prompt) => sum + prompt.length, 0);
    if (characters <= (order.format === 'yaml' ? LIGHT_YAML : LIGHT_JSON)) return exportAnswer(order);
    const organization = this.#heavy.organizationOf(teamId);
    const options = { signal, bytes: Math.min(characters, MAX_COUNTED_BYTES), waitMs: LONG_WAIT_MS };
    const outcome = await this.#heavy.pool
      .run(organization, 'exportDocument', order, options)
      .catch(sayingInstead('documentTooLarge'));
    if ('refusal' in outcome) throw refusalOf(outcome.refusal);
    return outcome.pieces;
  }
}

interface Refusal {
  readonly refusal: { readonly code: ErrorCode; readonly text: string };
}

/** What a thread has read. @throws ApiError */
async function outcomeOf<T extends ParsedDocument>(reading: Promise<T | Refusal>): Promise<T> {
  const outcome = await reading.catch(
    sayingInstead('invalidDocument', 'the document takes too long to read'),
  );
  if (isRefusal(outcome)) throw refusalOf(outcome.refusal);
  return withVariablesFromText(outcome);
}

function isRefusal(outcome: object): outcome is Refusal {
  return 'refusal' in outcome;
}

function isLightBody(body: Buffer): boolean {
  if (body.byteLength > LIGHT_JSON || !isLightJson(body)) return false;
  if (body.byteLength > LIGHT_CHATS && body.includes('"messages"')) return false;
  const isPerhapsYaml = body.includes('"yaml"');
  return (!isPerhapsYaml || body.byteLength <= LIGHT_YAML) && isLightTemplate(body.toString('utf8'));
}

function refusalOf({ code, text }: Refusal['refusal']): ApiError {
  const { message } = errorCatalog[code];
  const detail = text.slice(`${message}: `.length);
  return new ApiError(code, detail === '' ? {} : { detail });
}
