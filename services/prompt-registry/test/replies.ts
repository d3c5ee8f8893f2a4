/** Short ways to say what a reply is expected to be: `expect(errorOf(reply)).toEqual(refused(404, 'prompt not found'))`. */
import type { Reply } from './running-registry.ts';

export const errorOf = ({ status, body }: Reply) => ({ status, body });

export const refused = (status: number, error: string) => ({ status, body: { error } });
