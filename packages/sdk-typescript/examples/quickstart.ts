import { Px0 } from '@px0/sdk';

const px0 = new Px0(); // reads PX0_HOST and PX0_ACCESS_TOKEN

const { text } = await px0.render('greeting', { name: 'Ada' });
console.log(text);
