/** What tenancy reads from the environment. */
import { baseConfigSchema } from '@px0/service-kit';
import { z } from 'zod';

export const configSchema = z.object({ ...baseConfigSchema.shape });

export type Config = z.infer<typeof configSchema>;
