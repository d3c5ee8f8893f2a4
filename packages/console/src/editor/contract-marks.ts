/** Finds the places in a JSON text that an input schema does not accept, from the problems that the judge names by path. */
import { jsonLanguage } from '@codemirror/lang-json';
import { type ProblemText, problemTexts } from '@px0/input-contract/problem-text';
import type { JsonPath } from '../json/mod.ts';
import type { ContractProblems } from '../preview/mod.ts';

/** A stretch of the editor's document, and what is wrong with it. */
export interface TextMark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

type Node = ReturnType<typeof jsonLanguage.parser.parse>['topNode'];

/** Linear in the text, and in the problems times the keys beside each. The text may be broken: what can be found is marked. */
export function contractMarks(text: string, problems: ContractProblems): readonly TextMark[] {
  const root = jsonLanguage.parser.parse(text).topNode.firstChild;
  if (root === null) return [];
  return problemTexts(problems).map((problem) => {
    const { from, to } = placeOf(text, root, problem);
    return { from, to, message: problem.text };
  });
}

interface Place {
  readonly from: number;
  readonly to: number;
}

function placeOf(text: string, root: Node, { kind, path, given }: ProblemText): Place {
  const steps = pathSteps(path);
  const last = steps.at(-1);
  if (kind === 'invalid') {
    // A schema may refuse all variables as a whole, which has the path of a variable of that name.
    const value = valueNode(text, root, steps);
    return value === undefined ? opening(root) : placeOfValue(value);
  }
  const parent = valueNode(text, root, steps.slice(0, -1)) ?? root;
  const named = kind === 'unknown' ? last : given;
  const property = typeof named === 'string' ? propertyNode(text, parent, named) : undefined;
  const name = property?.getChild('PropertyName');
  return name ?? opening(parent);
}

/** Of a long list or object only its beginning: an underlined page says less than an underlined bracket. */
function placeOfValue(node: Node): Place {
  return node.name === 'Object' || node.name === 'Array' ? opening(node) : node;
}

function opening({ from, to }: Place): Place {
  return { from, to: Math.min(from + 1, to) };
}

/** `items[3].title` and `a["b c"]` as keys and indices. */
export function pathSteps(path: string): JsonPath {
  return [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|[^.[\]]+/gsu)].map(([all, index, quoted]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? all : String(JSON.parse(quoted));
  });
}

function valueNode(text: string, root: Node, steps: JsonPath): Node | undefined {
  let node: Node | undefined = root;
  for (const step of steps) {
    if (node === undefined) return undefined;
    node =
      typeof step === 'number'
        ? elementNode(node, step)
        : (propertyNode(text, node, step)?.lastChild ?? undefined);
  }
  return node;
}

/** The last one of that name, which is the one that counts. */
function propertyNode(text: string, object: Node, key: string): Node | undefined {
  if (object.name !== 'Object') return undefined;
  return object.getChildren('Property').findLast((property) => {
    const name = property.getChild('PropertyName');
    return name !== null && keyIn(text.slice(name.from, name.to)) === key;
  });
}

function keyIn(source: string): string | undefined {
  try {
    return String(JSON.parse(source));
  } catch {
    return undefined;
  }
}

function elementNode(list: Node, index: number): Node | undefined {
  if (list.name !== 'Array') return undefined;
  let at = 0;
  for (let child = list.firstChild; child !== null; child = child.nextSibling) {
    // Brackets and commas have names of their own, or none.
    if (!/^\w+$/.test(child.name)) continue;
    if (at === index) return child;
    at += 1;
  }
  return undefined;
}
