/** The fields of a conversation's entries and their parts, whether px0 or a person wrote them. */
import { z } from 'zod';

export const partShape = {
  type: z.enum(['text', 'media']),
  template: z.string().exactOptional(),
  url: z.string().exactOptional(),
  media_type: z.string().exactOptional(),
};

export const messageShape = {
  role: z.enum(['system', 'user', 'assistant']).exactOptional(),
  template: z.string().exactOptional(),
  placeholder: z.string().exactOptional(),
  required: z.boolean().exactOptional(),
};

/** An entry as px0 sends it. */
export const sentMessage = z.object({ ...messageShape, parts: z.array(z.object(partShape)).exactOptional() });
