import { Px0 } from '@px0/sdk';
import { apiConfiguration, ProfileApi, PromptRendersApi, PromptsApi, PromptVersionsApi } from '@px0/sdk/api';

const configuration = apiConfiguration(); // reads PX0_HOST and PX0_ACCESS_TOKEN
const versions = new PromptVersionsApi(configuration);

const { teams } = await new ProfileApi(configuration).listUserTeams();
const [team] = teams;
if (team === undefined) throw new Error('the key sees no team');

const { prompt } = await new PromptsApi(configuration).createPrompt(team.id, { name: 'Farewell' });
const { version } = await versions.createVersion(prompt.id, { template: 'Bye {{.name}}' });
await versions.promoteVersion(prompt.id, String(version.version)); // stable
await versions.promoteVersion(prompt.id, String(version.version)); // live

const { rendered } = await new PromptRendersApi(configuration).renderLive(prompt.slug, {
  variables: { name: 'Ada' },
});
console.log(rendered);

// Made of a client, the API shares its settings, and each reads what the other wrote.
const px0 = new Px0();
await new PromptsApi(apiConfiguration(px0)).archivePrompt(prompt.id);
