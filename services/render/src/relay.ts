/** The relay: the render image's second entry. */
import { runService } from '@px0/service-kit';
import { startRelay } from './compose-relay.ts';
import { loadRelayConfig } from './relay/relay-config.ts';

await runService('relay', (deps) => startRelay(loadRelayConfig(), deps));
