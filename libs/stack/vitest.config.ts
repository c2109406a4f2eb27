import { projectTests } from '../../tools/vitest.ts';

// Without the condition `module`: with it, the Pulumi SDK would require the ES modules of @opentelemetry/api,
// which Node cannot load. Test files share modules, because importing the SDK takes a second.
export default projectTests({ pool: 'forks', isolate: false, maxWorkers: 1 }, [
  '@slipway/source',
  'node',
  'development|production',
]);
