import { projectTests } from '../../tools/vitest.ts';

// Without the condition `module`: what the Pulumi SDK requires would get the ES modules of @opentelemetry/api,
// which Node cannot load. Files share their modules, because the SDK takes a second to import.
export default projectTests({ pool: 'forks', isolate: false, maxWorkers: 1 }, [
  '@slipway/source',
  'node',
  'development|production',
]);
