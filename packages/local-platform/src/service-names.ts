/** The five services, in the order of the list that people see. */
export const serviceNames = ['gateway', 'identity', 'tenancy', 'prompt-registry', 'render'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** How many processes of each service run. */
export type Replicas = Readonly<Record<ServiceName, number>>;

export const oneOfEach: Replicas = { gateway: 1, identity: 1, tenancy: 1, 'prompt-registry': 1, render: 1 };
