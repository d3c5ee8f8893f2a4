/** What tenancy reads from the environment. */
import { baseConfigSchema, usageVariables } from '@px0/service-kit';
import { z } from 'zod';

export const configSchema = z.object({ ...baseConfigSchema.shape, ...usageVariables });

export type Config = z.infer<typeof configSchema>;
