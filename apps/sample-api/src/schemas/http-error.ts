import * as Type from 'typebox';

/** What a client may read of an error: the shape of Fastify's own answers, shared by all routes. */
export const HttpError = Type.Object(
  {
    statusCode: Type.Number(),
    error: Type.String(),
    message: Type.String(),
    code: Type.Optional(Type.String()),
  },
  { $id: 'HttpError' },
);

/** The answers every route may give besides its own. */
export const COMMON_ERRORS = {
  '4xx': Type.Ref('HttpError#', { description: 'The request is wrong; the message says how.' }),
  '5xx': Type.Ref('HttpError#', { description: 'The service cannot answer now; the log says why.' }),
};
