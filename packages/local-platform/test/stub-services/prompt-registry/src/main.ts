import { runStub } from '../../../stub-service.ts';

runStub();
