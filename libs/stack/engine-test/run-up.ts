/** Runs one update in a separate process that a test kills. Usage: node run-up.ts FOLDER BACKEND GATE */
import * as pulumi from '@pulumi/pulumi';
import { openEngine } from '../src/index.ts';

const [, , folder = '', backend = '', gate = ''] = process.argv;

class Thing extends pulumi.CustomResource {
  constructor(name: string, inputs: Record<string, unknown>, options: pulumi.CustomResourceOptions = {}) {
    super('test:index:Thing', name, inputs, options);
  }
}

const engine = await openEngine({
  project: { folder, project: 'shop', stack: 'test' },
  program: () => {
    const first = new Thing('t0', { at: 0 });
    new Thing('t1', { at: 1, waitFor: gate }, { dependsOn: first });
  },
  backend,
});
await engine.up();
