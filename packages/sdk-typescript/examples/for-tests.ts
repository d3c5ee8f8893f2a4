import { Px0 } from '@px0/sdk';

const px0 = Px0.forTests({
  greeting: 'Hello {{.name}}',
  tutor: [{ role: 'user', template: '{{.question}}' }],
});
px0.on('change', 'greeting', ({ after }) => console.log(`greeting: version ${after?.live}`));

await px0.set('greeting', 'Good morning {{.name}}'); // as a promotion would
console.log((await px0.render('greeting', { name: 'Ada' })).text);
await px0.delete('tutor');
