import { Px0 } from '@px0/sdk';

await using px0 = new Px0({ mode: 'stream', stateFile: 'px0-state.ndjson' });
await px0.ready();

const { text, version, source, stale } = await px0.render('greeting', { name: 'Ada' });
console.log(text);
console.error(`greeting: version ${version} from ${source}, stale: ${stale}`);
