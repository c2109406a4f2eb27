export { addKey } from './add-key.ts';
export { ValuesError, VALUES_ERROR_CODES, type ValuesErrorCode } from './error.ts';
export { getValue } from './get-value.ts';
export { formatPath, MAX_DEPTH, parsePath, type Path } from './path.ts';
export { setValue } from './set-value.ts';
export { MAX_BYTES } from './decode-file.ts';
export type { Value } from './value.ts';
