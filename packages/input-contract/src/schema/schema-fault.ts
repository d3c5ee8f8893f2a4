/** What is wrong with a schema that an author wrote, and where: a path as variables have it. */
import { pathStep } from '@px0/template';

/** The place of the variables as a whole. */
export const ROOT_PLACE = '';

export class SchemaFault extends Error {
  override readonly name = 'SchemaFault';
  /** Such as `items[].title`, or `variables` for the schema as a whole. */
  readonly place: string;
  readonly reason: string;

  constructor(place: string, reason: string) {
    const shown = place === ROOT_PLACE ? 'variables' : place;
    super(`${shown}: ${reason}`);
    this.place = shown;
    this.reason = reason;
  }
}

export function placeOfProperty(place: string, key: string): string {
  return place + pathStep(key, place === ROOT_PLACE);
}

export function placeOfItems(place: string): string {
  return `${place}[]`;
}
