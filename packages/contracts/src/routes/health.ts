/** Liveness of the public origin. The gateway answers it itself and calls no other service. */
import { z } from 'zod';
import { defineRoutes } from '../route.ts';

export const healthRoutes = defineRoutes(
  { tag: 'Health', owner: 'gateway' },
  {
    healthCheck: {
      method: 'GET',
      path: '/v1/health',
      auth: 'none',
      cost: 'read',
      summary: 'Health Check',
      description: 'Reports that the platform is reachable.',
      success: { status: 200, schema: z.object({ status: z.string().meta({ examples: ['OK'] }) }) },
      errors: [],
    },
  },
);
