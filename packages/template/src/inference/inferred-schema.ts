/** The schema that a template's text implies. */

export type JsonType = 'string' | 'array' | 'object' | 'null';

/** The part of JSON Schema 2020-12 that inference uses, with the keys in this order. An alias, so that it is any schema with more keywords, too. */
export type InferredSchema = {
  /** At the root only. */
  readonly $schema?: string;
  readonly type?: JsonType | readonly JsonType[];
  /** In the order of first use. */
  readonly properties?: Readonly<Record<string, InferredSchema>>;
  readonly required?: readonly string[];
  readonly items?: InferredSchema;
  /** An annotation: the text that `default` puts in the value's place. */
  readonly default?: string;
  /** An annotation: the texts that `eq` compares the value with. */
  readonly examples?: readonly string[];
};
