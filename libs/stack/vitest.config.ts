import { projectTests } from '../../tools/vitest.ts';

// Without the condition `module`: what the Pulumi SDK requires would get the ES modules of @opentelemetry/api,
// which Node cannot load.
export default projectTests({}, ['@slipway/source', 'node', 'development|production']);
