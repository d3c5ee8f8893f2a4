import { Px0, toOpenAI } from '@px0/sdk';

await using px0 = new Px0();

const result = await px0.render('tutor', {
  mood: 'patient',
  history: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello! What are you learning?' },
  ],
  question: 'Why is the sky blue?',
});

const { request, dropped } = toOpenAI(result);
// const completion = await new OpenAI().chat.completions.create(request);
console.log(JSON.stringify(request, undefined, 2));
console.error('not for OpenAI:', dropped);
