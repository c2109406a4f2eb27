import * as Type from 'typebox';

/** The id under which the schema of error answers is shared; `plugins/sensible.ts` adds it. */
export const HTTP_ERROR = 'HttpError';

/** The answers every route may give besides its own. */
export const COMMON_ERRORS = {
  '4xx': Type.Ref(`${HTTP_ERROR}#`, { description: 'The request is wrong; the message says how.' }),
  '5xx': Type.Ref(`${HTTP_ERROR}#`, { description: 'The service cannot answer now; the log says why.' }),
};
