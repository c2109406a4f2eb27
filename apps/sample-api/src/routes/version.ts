import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import * as Type from 'typebox';
import manifest from '../../package.json' with { type: 'json' };
import { COMMON_ERRORS } from '../schemas/http-error.ts';

const Version = Type.Object({
  name: Type.String(),
  version: Type.String(),
  revision: Type.Optional(Type.String({ description: 'The setting REVISION, if the deployment sets it.' })),
});

/** The running version. The commit is not built in, because equal sources must give equal images. */
export const versionRoutes: FastifyPluginAsyncTypebox<{ revision: string | undefined }> = async (
  app,
  { revision },
) => {
  const version = {
    name: manifest.name,
    version: manifest.version,
    ...(revision !== undefined && { revision }),
  };
  app.get(
    '/version',
    {
      schema: {
        operationId: 'getVersion',
        summary: 'Name and version of the service',
        response: { 200: Version, ...COMMON_ERRORS },
      },
    },
    async () => version,
  );
};
