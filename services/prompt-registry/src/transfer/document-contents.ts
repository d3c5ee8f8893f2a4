/** What the versions of a document hold, each thing judged once. */
import { type CheckedContent, type ContentInput, checkContent } from '../versions/thread.ts';
import { contentDigest } from './content-digest.ts';
import { at } from './document-fault.ts';

/** As a document gives it. */
export interface GivenContent {
  readonly template?: string | undefined;
  readonly messages?: ContentInput['messages'] | undefined;
  readonly config?: ContentInput['config'] | undefined;
  readonly input_schema?: ContentInput['input_schema'] | undefined;
}

export class DocumentContents {
  readonly byDigest = new Map<string, CheckedContent>();
  /** By how the document writes it. */
  readonly #digests = new Map<string, string>();

  /** Judges the content and returns its digest. @throws ApiError invalidDocument */
  add({ template, messages, config, input_schema: schema }: GivenContent, place: string): string {
    const written = JSON.stringify([template, messages, config, schema]);
    const known = this.#digests.get(written);
    if (known !== undefined) return known;
    const check = () =>
      checkContent({
        ...(template !== undefined && { template }),
        ...(messages !== undefined && { messages }),
        ...(config !== undefined && { config }),
        ...(schema !== undefined && { input_schema: schema }),
      });
    const isChat = messages !== undefined && messages.length > 0;
    const content = at(place, check, isChat ? 'messages' : 'template');
    const digest = contentDigest(content);
    this.byDigest.set(digest, content);
    this.#digests.set(written, digest);
    return digest;
  }
}
