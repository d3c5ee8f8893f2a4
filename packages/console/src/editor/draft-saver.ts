/**
 * Saves a draft while the user edits it. Its invariants: saves never overlap; unsaved text is dropped only if the user chooses to;
 * and no one else's text is overwritten unseen (each save carries the entity tag that it builds on).
 * See docs/decisions/073-concurrent-edits.md.
 */
export interface DraftState {
  readonly template: string;
  readonly etag: string;
}

export type SaveAnswer =
  | { readonly kind: 'saved'; readonly etag: string }
  /** Someone else changed the draft: its current state. */
  | { readonly kind: 'conflict'; readonly theirs: DraftState }
  /** The version is no longer a draft, was deleted, or the user may no longer edit it. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The server was unreachable or failed. */
  | { readonly kind: 'unreachable' };

export interface DraftBackend {
  save(template: string, etag: string): Promise<SaveAnswer>;
}

export type SaverStatus =
  | { readonly kind: 'saved' }
  | { readonly kind: 'dirty' }
  | { readonly kind: 'saving' }
  /** The text is not a valid template, so the registry would reject it. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'retrying' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'conflict'; readonly theirs: DraftState };

export interface DraftSaverOptions {
  readonly base: DraftState;
  readonly backend: DraftBackend;
  /** Whether the saver may send a text. */
  readonly canSave: (template: string) => boolean;
  readonly onStatus: (status: SaverStatus) => void;
  /** Saves after a pause of this length, in ms; default: 800. */
  readonly pauseMs?: number;
  /** Retries an unreachable server after this time, in ms; default: 3000. */
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

  /** Takes the current text and saves it after a pause. */
  edit(text: string): void {
    this.#text = text;
    if (this.#status.kind === 'conflict' || this.#status.kind === 'refused') return;
    this.#plan(this.#options.pauseMs ?? 800);
  }

  /** Saves now; resolves once no save is running. */
  async flush(): Promise<SaverStatus> {
    this.#cancel();
    await this.#inFlight;
    if (this.#mayBegin()) {
      this.#begin();
      await this.#inFlight;
    }
    return this.#status;
  }

  /** Resolves a conflict with this text; the next save replaces theirs. */
  keepMine(): void {
    if (this.#status.kind !== 'conflict') return;
    this.#rebase(this.#status.theirs);
    this.#resume();
  }

  /** Resolves a conflict with another text: theirs or a merge. */
  resolveWith(text: string): void {
    if (this.#status.kind !== 'conflict') return;
    this.#rebase(this.#status.theirs);
    this.#text = text;
    this.#resume();
  }

  /** Restores a text from before this saver existed, which was based on `baseTemplate`. */
  restore(text: string, baseTemplate: string): void {
    this.#text = text;
    if (!this.hasUnsavedText) return;
    if (this.#base.template === baseTemplate) this.#plan(0);
    else this.#set({ kind: 'conflict', theirs: this.#base });
  }

  /**
   * Takes in the current state of the draft. True if others changed it and nothing here is unsaved: the text is then theirs.
   * Ignores states that this saver has already built on.
   */
  observe(state: DraftState): boolean {
    if (this.#known.has(state.etag) || this.#inFlight !== undefined || this.hasUnsavedText) return false;
    this.#rebase(state);
    const isNew = state.template !== this.#text;
    this.#text = state.template;
    return isNew;
  }

  /** Saves if possible, and stops. Text that cannot be saved stays with the caller. */
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

  /** Saves what the user wrote while the last save was running. */
  #finish(): void {
    if (this.#status.kind === 'saved' && this.hasUnsavedText && this.#options.canSave(this.#text))
      this.#begin();
  }

  /** Schedules a save of what the user wrote during the last one. */
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
    // The entity tag also covers tags. If the text is still the one that this save builds on, no text is lost.
    for (let attempt = 0; attempt < 3 && answer.kind === 'conflict'; attempt++) {
      if (answer.theirs.template !== this.#base.template) break;
      this.#rebase(answer.theirs);
      answer = await this.#options.backend.save(text, this.#base.etag);
    }
    return answer;
  }

  /** Identical texts are not a conflict. */
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
