/**
 * Saves a draft while it is written. Its invariants: saves never overlap; text that is not saved is never given up, only
 * by the person's choice; and nobody else's text is overwritten unseen (each save carries the entity tag it builds on).
 */

export interface DraftState {
  readonly template: string;
  readonly etag: string;
}

export type SaveAnswer =
  | { readonly kind: 'saved'; readonly etag: string }
  /** Somebody else changed the draft: what it is now. */
  | { readonly kind: 'conflict'; readonly theirs: DraftState }
  /** It is no draft any more, or is gone, or the right to write it is. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The platform could not be asked, or failed. */
  | { readonly kind: 'unreachable' };

export interface DraftBackend {
  save(template: string, etag: string): Promise<SaveAnswer>;
}

export type SaverStatus =
  | { readonly kind: 'saved' }
  | { readonly kind: 'dirty' }
  | { readonly kind: 'saving' }
  /** The text is no template, so that the registry would refuse it. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'retrying' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'conflict'; readonly theirs: DraftState };

export interface DraftSaverOptions {
  readonly base: DraftState;
  readonly backend: DraftBackend;
  /** Whether a text may be sent. */
  readonly canSave: (template: string) => boolean;
  readonly onStatus: (status: SaverStatus) => void;
  /** A pause in the writing after which it is saved; 800 ms unless given. */
  readonly pauseMs?: number;
  /** Until an unreachable platform is tried again; 3 s unless given. */
  readonly retryMs?: number;
}

export class DraftSaver {
  readonly #options: DraftSaverOptions;
  #base: DraftState;
  readonly #known = new Set<string>();
  #text: string;
  #status: SaverStatus = { kind: 'saved' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #inFlight: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: DraftSaverOptions) {
    this.#options = options;
    this.#base = options.base;
    this.#known.add(options.base.etag);
    this.#text = options.base.template;
  }

  get status(): SaverStatus {
    return this.#status;
  }

  /** The state that the next save builds on. */
  get base(): DraftState {
    return this.#base;
  }

  get text(): string {
    return this.#text;
  }

  get hasUnsavedText(): boolean {
    return this.#text !== this.#base.template;
  }

  /** Takes the text as it is now, and saves it after a pause. */
  edit(text: string): void {
    this.#text = text;
    if (this.#status.kind === 'conflict' || this.#status.kind === 'refused') return;
    this.#plan(this.#options.pauseMs ?? 800);
  }

  /** Saves at once; resolves when nothing is under way any more. */
  async flush(): Promise<SaverStatus> {
    this.#cancel();
    await this.#inFlight;
    if (this.#mayBegin()) {
      this.#begin();
      await this.#inFlight;
    }
    return this.#status;
  }

  /** Ends a conflict in favour of this text, which replaces theirs with the next save. */
  keepMine(): void {
    if (this.#status.kind !== 'conflict') return;
    this.#rebase(this.#status.theirs);
    this.#resume();
  }

  /** Ends a conflict with a text made from both, or theirs. */
  resolveWith(text: string): void {
    if (this.#status.kind !== 'conflict') return;
    this.#rebase(this.#status.theirs);
    this.#text = text;
    this.#resume();
  }

  /** Takes up a text that was written before this saver was made, building on `baseTemplate`. */
  restore(text: string, baseTemplate: string): void {
    this.#text = text;
    if (!this.hasUnsavedText) return;
    if (this.#base.template === baseTemplate) this.#plan(0);
    else this.#set({ kind: 'conflict', theirs: this.#base });
  }

  /**
   * Takes note of what the draft is now. True when it was changed by others and nothing here is unsaved: the text is then
   * theirs. A state that this saver has built on before is old news.
   */
  observe(state: DraftState): boolean {
    if (this.#known.has(state.etag) || this.#inFlight !== undefined || this.hasUnsavedText) return false;
    this.#rebase(state);
    const isNew = state.template !== this.#text;
    this.#text = state.template;
    return isNew;
  }

  /** Saves what can be saved, and stops. What cannot be saved stays with the caller. */
  close(): void {
    this.#cancel();
    if (this.#inFlight === undefined && this.#mayBegin()) this.#begin();
    this.#isClosed = true;
  }

  #rebase(base: DraftState): void {
    this.#base = base;
    this.#known.add(base.etag);
  }

  #resume(): void {
    this.#set(this.hasUnsavedText ? { kind: 'dirty' } : { kind: 'saved' });
    this.#plan(0);
  }

  #plan(delayMs: number): void {
    this.#cancel();
    if (this.#isClosed) return;
    if (this.#inFlight !== undefined) return;
    if (!this.hasUnsavedText) this.#set({ kind: 'saved' });
    else if (!this.#options.canSave(this.#text)) this.#set({ kind: 'invalid' });
    else {
      if (this.#status.kind !== 'retrying') this.#set({ kind: 'dirty' });
      this.#timer = setTimeout(() => this.#begin(), delayMs);
    }
  }

  #mayBegin(): boolean {
    return (
      !this.#isClosed &&
      this.hasUnsavedText &&
      this.#status.kind !== 'conflict' &&
      this.#status.kind !== 'refused' &&
      this.#options.canSave(this.#text)
    );
  }

  #begin(): void {
    this.#inFlight = this.#save().finally(() => {
      this.#inFlight = undefined;
      if (this.#isClosed) this.#finish();
      else if (this.#status.kind === 'saved' || this.#status.kind === 'retrying') this.#continue();
    });
  }

  /** What was written during the save that was under way at the end. */
  #finish(): void {
    if (this.#status.kind === 'saved' && this.hasUnsavedText && this.#options.canSave(this.#text))
      this.#begin();
  }

  /** What was written during a save is saved next. */
  #continue(): void {
    if (this.#status.kind === 'retrying') this.#plan(this.#options.retryMs ?? 3000);
    else if (this.hasUnsavedText) this.#plan(this.#options.pauseMs ?? 800);
  }

  async #save(): Promise<void> {
    const text = this.#text;
    this.#set({ kind: 'saving' });
    const answer = await this.#answer(text);
    if (answer.kind === 'saved') {
      this.#rebase({ template: text, etag: answer.etag });
      this.#set({ kind: 'saved' });
    } else if (answer.kind === 'conflict') {
      this.#conflict(text, answer.theirs);
    } else if (answer.kind === 'refused') {
      this.#set(answer);
    } else {
      this.#set({ kind: 'retrying' });
    }
  }

  async #answer(text: string): Promise<SaveAnswer> {
    let answer = await this.#options.backend.save(text, this.#base.etag);
    // The entity tag covers tags, too. When the text is still the one that this save builds on, nobody's text is lost.
    for (let attempt = 0; attempt < 3 && answer.kind === 'conflict'; attempt++) {
      if (answer.theirs.template !== this.#base.template) break;
      this.#rebase(answer.theirs);
      answer = await this.#options.backend.save(text, this.#base.etag);
    }
    return answer;
  }

  /** Two people who wrote the same agree. */
  #conflict(text: string, theirs: DraftState): void {
    if (theirs.template === text) {
      this.#rebase(theirs);
      this.#set({ kind: 'saved' });
    } else this.#set({ kind: 'conflict', theirs });
  }

  #set(status: SaverStatus): void {
    this.#status = status;
    if (!this.#isClosed) this.#options.onStatus(status);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
