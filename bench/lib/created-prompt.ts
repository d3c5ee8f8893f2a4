/** Reads what any build answers when a prompt is created: an older one's answer lacks the fields that came later. */
import { z } from 'zod';

const created = z.object({ prompt: z.object({ id: z.string() }) });

export function createdPromptId(answer: unknown): string {
  return created.parse(answer).prompt.id;
}
