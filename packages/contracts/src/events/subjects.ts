/** Subjects, without the stream prefix of an installation. They hold ids only: never a slug, a name or a tag. */
import { type EntityName, entities } from './states.ts';

const statePrefix = 'px0.state.';
const bodyPrefix = 'px0.body.';

const names: ReadonlyMap<string, EntityName> = new Map(
  Object.entries(entities).map(([name, { context, entity }]) => [`${context}.${entity}`, name as EntityName]),
);

/** `px0.state.<context>.<entity>.<id>`; the id of a membership is `<teamId>.<userId>`. */
export function stateSubject(name: EntityName, id: string): string {
  const { context, entity } = entities[name];
  return `${statePrefix}${context}.${entity}.${id}`;
}

/** Which entity a subject belongs to; undefined for one that this build does not know. Cheap: nothing is parsed. */
export function entityOfSubject(subject: string): EntityName | undefined {
  const end = endOfEntity(subject);
  return end === -1 ? undefined : names.get(subject.slice(statePrefix.length, end));
}

/** The entity's id in a state subject; undefined if it is none. */
export function idOfSubject(subject: string): string | undefined {
  const end = endOfEntity(subject);
  return end === -1 || end + 1 === subject.length ? undefined : subject.slice(end + 1);
}

/** The index of the dot after the entity, or -1. */
function endOfEntity(subject: string): number {
  if (!subject.startsWith(statePrefix)) return -1;
  const afterContext = subject.indexOf('.', statePrefix.length);
  return afterContext === -1 ? -1 : subject.indexOf('.', afterContext + 1);
}

/** `px0.body.<promptId>.<number>`: the template of one version. */
export function bodySubject(promptId: string, number: number): string {
  return `${bodyPrefix}${promptId}.${number}`;
}

/** Prompt and version number of a body's subject; undefined if it is none. */
export function parseBodySubject(subject: string): { promptId: string; number: number } | undefined {
  if (!subject.startsWith(bodyPrefix)) return undefined;
  const dot = subject.indexOf('.', bodyPrefix.length);
  const number = Number(subject.slice(dot + 1));
  if (dot === -1 || !Number.isSafeInteger(number) || number < 1) return undefined;
  return { promptId: subject.slice(bodyPrefix.length, dot), number };
}
