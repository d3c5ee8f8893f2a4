/** A page of the documentation before it is built: Markdown under the path that its readers use. */

export interface Page {
  /** Relative to the documentation's root, with `.md`: `get-started/create-prompt.md`. */
  readonly path: string;
  readonly title: string;
  /** One sentence for the index and for search engines: the question that the page answers. */
  readonly summary: string;
  readonly markdown: string;
}

/** A heading of the index with its pages, in reading order. */
export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}
