/** Dragging a prompt from the list into a folder. */
import type { Wire } from '@px0/contracts';
import type { DragEvent } from 'react';

const TYPE = 'application/x-px0-prompt';

type Dragged = Pick<Wire<'Prompt'>, 'id' | 'name' | 'folder' | 'team_id'>;

/** What is dragged. A page may read the data of a drag only when it is dropped, and a folder must know before whether it takes it. */
let dragged: Dragged | undefined;

export function startDrag(event: DragEvent, { id, name, folder, team_id }: Dragged): void {
  dragged = { id, name, folder, team_id };
  event.dataTransfer.setData(TYPE, id);
  event.dataTransfer.effectAllowed = 'move';
}

export function endDrag(): void {
  dragged = undefined;
}

/** The prompt that is dragged; undefined if the drag is about something else, or the prompt is another team's. */
export function draggedPrompt(event: DragEvent, teamId: string): Dragged | undefined {
  return event.dataTransfer.types.includes(TYPE) && dragged?.team_id === teamId ? dragged : undefined;
}
