#!/usr/bin/env node
// `npx px0` inside the repository: whatever Node.js there is starts the one that the project pins, as with every npm script here. The published
// package has a command of its own (build.ts).
process.argv.splice(2, 0, 'packages/cli/src/main.ts');
await import('../../../scripts/bootstrap.mjs');
