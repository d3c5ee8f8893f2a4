// @ts-nocheck
/* tslint:disable */
/* eslint-disable */
export * from './api-keys-api.ts';
export * from './audit-api.ts';
export * from './auth-api.ts';
export * from './change-requests-api.ts';
export * from './delivery-api.ts';
export * from './health-api.ts';
export * from './inbox-api.ts';
export * from './organizations-api.ts';
export * from './profile-api.ts';
export * from './prompt-payloads-api.ts';
export * from './prompt-policies-api.ts';
export * from './prompt-renders-api.ts';
export * from './prompt-versions-api.ts';
export * from './prompts-api.ts';
export * from './team-management-api.ts';
export * from './teams-api.ts';
export * from './user-management-api.ts';
