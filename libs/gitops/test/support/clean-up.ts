import { afterAll, afterEach } from 'vitest';
import { removeScratch, removeTemplates } from './scratch.ts';

// A setup file of vitest.config.ts: helpers register no hooks when they are imported.
afterEach(removeScratch);
afterAll(removeTemplates);
