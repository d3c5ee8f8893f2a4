/** Finds what is wrong with variables that a schema has refused: all of it, where the quick judgement ends at the first. */
import { compareStrings, pathStep } from '@px0/template';
import { type Dict, isDict } from '../json.ts';
import { Findings, MOST_KEPT, type Place, ROOT } from './findings.ts';
import type { Node } from './node.ts';
import { Candidates } from './suggestion.ts';

/** `demands`: a required key that is not there is missing. */
export function explain(node: Node, variables: Dict, demands: boolean): Findings {
  const findings = new Findings();
  look({ demands, findings }, node, variables, ROOT);
  return findings;
}

interface Looking {
  readonly demands: boolean;
  readonly findings: Findings;
}

/** As deep as the schema, which is at most 16 deep. */
function look(looking: Looking, node: Node, value: unknown, place: Place): void {
  const wrong = node.checks.find(({ accepts }) => !accepts(value));
  // What is wrong as a whole is told once, and not looked into.
  if (wrong !== undefined) looking.findings.invalid.add(place, () => ({ must: wrong.phrase }));
  else if (Array.isArray(value)) lookIntoList(looking, node, value, place);
  else if (isDict(value)) lookIntoObject(looking, node, value, place);
}

function lookIntoList(looking: Looking, { items }: Node, list: readonly unknown[], place: Place): void {
  if (items === undefined || items.isOpenToAll) return;
  looking.findings.ofElements(list.length, (index) => {
    look(looking, items, list[index], { above: place, step: index });
  });
}

function lookIntoObject(looking: Looking, node: Node, object: Dict, place: Place): void {
  const { demands, findings } = looking;
  let others: Candidates | undefined;
  const meantBy = (key: string) => () => {
    others ??= new Candidates(() => keysBeside(object, node));
    return others.meantBy(key);
  };
  for (const { key, step, isRequired, node: inside } of node.properties) {
    const below = { above: place, step };
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (value !== undefined) look(looking, inside, value, below);
    else if (isRequired && demands) findings.missing.add(below, meantBy(key));
  }
  if (node.isClosed) lookForUnknown(looking, node, object, place);
}

/** Those that the schema does not name, be it only as required. */
function keysBeside(object: Dict, node: Node): readonly string[] {
  const known = new Set(node.properties.map(({ key }) => key));
  return Object.keys(object).filter((key) => !known.has(key));
}

function lookForUnknown({ findings }: Looking, node: Node, object: Dict, place: Place): void {
  const unknown = Object.keys(object).filter((key) => !node.names.has(key));
  const notGiven = new Candidates(() => [...node.names].filter((key) => !Object.hasOwn(object, key)));
  const told = firstInOrder(unknown, node.isRoot);
  for (const { key, step } of told) findings.unknown.add({ above: place, step }, () => notGiven.meantBy(key));
  findings.unknown.total += unknown.length - told.length;
}

interface Step {
  readonly key: string;
  readonly step: string;
}

/** The first in the order of paths, without all of them being put in order: there may be as many as a request has room for. */
function firstInOrder(keys: readonly string[], isRoot: boolean): readonly Step[] {
  const inOrder = (some: Step[]) => some.sort((a, b) => compareStrings(a.step, b.step)).slice(0, MOST_KEPT);
  let kept: Step[] = [];
  let last: Step | undefined;
  for (const key of keys) {
    const step = pathStep(key, isRoot);
    if (last !== undefined && compareStrings(step, last.step) > 0) continue;
    kept.push({ key, step });
    if (kept.length < 2 * MOST_KEPT) continue;
    kept = inOrder(kept);
    last = kept.at(-1);
  }
  return inOrder(kept);
}
