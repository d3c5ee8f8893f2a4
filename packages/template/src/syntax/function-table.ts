/** The functions of the language and their parameters, which decide how arguments are checked before a call. */

/** `any` takes every value, nil included; the others take values of that Go type only. */
export type Parameter = 'any' | 'string' | 'int';

export interface Signature {
  readonly fixed: readonly Parameter[];
  /** The type of any number of further arguments. */
  readonly rest?: Parameter;
}

const oneAny: Signature = { fixed: ['any'] };
const twoAny: Signature = { fixed: ['any', 'any'] };
const anyNumber: Signature = { fixed: [], rest: 'any' };
const atLeastOne: Signature = { fixed: ['any'], rest: 'any' };
const oneString: Signature = { fixed: ['string'] };

const SIGNATURES = {
  and: atLeastOne,
  or: atLeastOne,
  not: oneAny,
  len: oneAny,
  index: atLeastOne,
  slice: atLeastOne,
  call: atLeastOne,
  print: anyNumber,
  println: anyNumber,
  printf: { fixed: ['string'], rest: 'any' },
  html: anyNumber,
  js: anyNumber,
  urlquery: anyNumber,
  eq: atLeastOne,
  ne: twoAny,
  lt: twoAny,
  le: twoAny,
  gt: twoAny,
  ge: twoAny,
  default: atLeastOne,
  toJson: oneAny,
  toPrettyJson: oneAny,
  join: { fixed: ['string', 'any'] },
  upper: oneString,
  lower: oneString,
  trim: oneString,
  indent: { fixed: ['int', 'string'] },
  nindent: { fixed: ['int', 'string'] },
  quote: anyNumber,
} satisfies Record<string, Signature>;

export type FunctionName = keyof typeof SIGNATURES;

/** The names of all functions, for an editor's completion. */
export const FUNCTION_NAMES: readonly string[] = Object.keys(SIGNATURES);

export function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(SIGNATURES, name);
}

export function signatureOf(name: FunctionName): Signature {
  return SIGNATURES[name];
}
