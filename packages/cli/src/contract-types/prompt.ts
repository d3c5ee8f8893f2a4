/** A prompt as the three languages write it. */
import type { ObjectShape } from './shape.ts';

export interface Prompt {
  readonly slug: string;
  readonly variables: ObjectShape;
}

/** Whether there is nothing that a caller could give by a name that is known here. */
export function withoutVariables({ fields, others }: ObjectShape): boolean {
  return fields.length === 0 && others !== true;
}
