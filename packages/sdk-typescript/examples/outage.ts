import { Px0 } from '@px0/sdk';

await using px0 = new Px0({
  stateFile: 'px0-state.ndjson',
  fallbacks: { greeting: 'Hello {{.name}}' },
});

const { text, source, version, ageMs, cause } = await px0.render('greeting', { name: 'Ada' });
console.log(text);
console.error(`greeting: version ${version} from ${source}, ${ageMs} ms old`, cause?.message ?? '');
