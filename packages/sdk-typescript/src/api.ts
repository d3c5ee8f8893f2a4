/** The complete API, `@px0/sdk/api`: the generated client, and how it is connected to px0 in this package's way. */
export { type ApiOptions, apiConfiguration } from './api-configuration.ts';
export * from './generated/index.ts';
