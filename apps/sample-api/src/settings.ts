import { isIP } from 'node:net';
import { envSchema, type EnvSchemaOpt } from 'env-schema';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { ServiceError } from './error.ts';

/** All settings of the service, read from the environment. The type below is derived from this schema. */
export const SettingsSchema = Type.Object({
  NODE_ENV: Type.Enum(['production', 'development', 'test'], {
    default: 'production',
    description: 'development: creates a key if none exists, serves /docs, and stops without a drain.',
  }),
  HOST: Type.String({ minLength: 1, default: '0.0.0.0', description: 'Address to listen on.' }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 8080,
    description: 'Port to listen on; 0 selects a free port.',
  }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Lowest log level to write.',
  }),
  REVISION: Type.Optional(
    Type.String({ minLength: 1, description: 'Revision to show in /version, if set.' }),
  ),

  KEYS_DIR: Type.String({
    minLength: 1,
    description: 'Folder of signing keys, one file each. In development: .slipway/keys.',
  }),
  KEYS_POLL_MS: Type.Integer({
    minimum: 10,
    default: 30_000,
    description: 'How often to check for new keys if no file event arrives.',
  }),
  TOLERANCE_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 3600,
    default: 300,
    description:
      "Maximum difference between a message's timestamp and the current time, in either direction.",
  }),

  TRUST_PROXY: Type.String({
    default: '',
    format: 'proxies',
    description:
      'Addresses or CIDR ranges of proxies whose X-Forwarded-* is trusted, separated by commas. Empty: none.',
  }),
  BODY_LIMIT_BYTES: Type.Integer({ minimum: 1024, default: 262_144, description: 'Largest request body.' }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 6000,
    description:
      'Requests to /v1 per client address. All clients behind a proxy that is not in TRUST_PROXY share one limit.',
  }),
  MAX_CONNECTIONS: Type.Integer({
    minimum: 1,
    default: 2048,
    description: 'Maximum number of open connections; more are refused.',
  }),
  MAX_EVENT_LOOP_DELAY_MS: Type.Integer({
    minimum: 0,
    default: 250,
    description: 'Mean event loop delay above which requests are refused with 503. 0: never.',
  }),

  HEADERS_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    maximum: 300_000,
    default: 5000,
    description: 'How long a client may take to send its headers.',
  }),
  REQUEST_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    default: 15_000,
    description: 'How long a client may take to send a whole request.',
  }),
  DRAIN_DELAY_MS: Type.Integer({
    minimum: 0,
    default: 10_000,
    description:
      'After SIGTERM: how long to serve requests while /readyz answers 503, until proxies send no more.',
  }),
  CLOSE_TIMEOUT_MS: Type.Integer({
    minimum: 0,
    default: 10_000,
    description: 'After the drain: how long open requests may take before their connections are closed.',
  }),
});

export type Settings = Static<typeof SettingsSchema>;

/** The default key folder in development; Git ignores it. */
const DEVELOPMENT_KEYS_DIR = '.slipway/keys';

/**
 * Reads the settings from an environment.
 *
 * @throws {ServiceError} `invalid-settings`, with all invalid settings
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const fallback = env.NODE_ENV === 'development' ? { KEYS_DIR: DEVELOPMENT_KEYS_DIR } : {};
  // A copy, because env-schema modifies its schema.
  const schema = { ...SettingsSchema };
  const ajv = { customOptions: (ajv: Ajv) => ajv.addFormat('proxies', isProxyList) };
  try {
    return envSchema<Settings>({ schema, data: [fallback, env], env: false, ajv });
  } catch (error) {
    if (error instanceof Error && 'errors' in error) throw invalidSettings(error, env);
    throw error;
  }
}

type Ajv = Parameters<
  Extract<NonNullable<EnvSchemaOpt['ajv']>, { customOptions: unknown }>['customOptions']
>[0];

/** The used part of an Ajv error. */
interface SchemaProblem {
  readonly instancePath: string;
  readonly message: string;
  readonly params: { readonly missingProperty?: string; readonly allowedValues?: readonly string[] };
}

function invalidSettings(cause: Error, env: NodeJS.ProcessEnv): ServiceError {
  const { errors } = cause as Error & { errors: readonly SchemaProblem[] };
  const lines = errors.map((problem) => `  ${describe(problem, env)}`);
  const message = `The environment contains invalid settings:\n${lines.join('\n')}`;
  return new ServiceError('invalid-settings', message, { cause });
}

function describe({ instancePath, message, params }: SchemaProblem, env: NodeJS.ProcessEnv): string {
  const missing = params.missingProperty;
  const name = missing ?? instancePath.slice(1);
  const rule = params.allowedValues ? `must be one of ${params.allowedValues.join(', ')}` : message;
  const wrong = missing ? 'is not set and has no default' : `is ${JSON.stringify(env[name])} but ${rule}`;
  return `${name} ${wrong}. ${descriptionOf(name)}`;
}

function descriptionOf(name: string): string {
  const setting: object = SettingsSchema.properties[name as keyof Settings];
  return 'description' in setting ? String(setting.description) : '';
}

/** Whether a text is empty or a comma-separated list of addresses and CIDR ranges. */
function isProxyList(text: string): boolean {
  return text === '' || text.split(',').every((part) => isAddressRange(part.trim()));
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
