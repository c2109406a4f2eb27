import { StackError, type StackErrorCode } from '../error.ts';

/** The name of a stack in the engine. */
export interface StackName {
  project: string;
  stack: string;
}

interface Explanation {
  /** Matches the output of the engine, a provider or a store. */
  sign: RegExp;
  code: StackErrorCode;
  remedy: (stack: StackName) => string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    sign: /stack is currently locked|conflict.*another update/i,
    code: 'locked',
    remedy: ({ project, stack }) =>
      `Another update has locked ${stack}; the lines above name its owner. Wait until it ends. Locks are never broken ` +
      `automatically. Only if that update is certainly dead, run this with the same PULUMI_BACKEND_URL:\n` +
      `$ pulumi cancel --yes --stack organization/${project}/${stack}`,
  },
  {
    sign: /^\s*- \[mandatory\] /m,
    code: 'refused',
    remedy: () => 'Correct the properties that the policies name. Nothing was changed.',
  },
  {
    sign: /incorrect passphrase|passphrase must be set|PULUMI_CONFIG_PASSPHRASE/i,
    code: 'auth',
    remedy: () =>
      'Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE, to the passphrase of this state.',
  },
  {
    sign: /ExpiredToken|token.*(is )?expired|InvalidClientTokenId|InvalidAccessKeyId|no valid credential|failed to (load|refresh).*credentials|AccessDenied|Unauthorized|Invalid Token/i,
    code: 'auth',
    remedy: () =>
      'Log in to the cloud again. In CI, credentials come from the OIDC role and expire after an hour.',
  },
  {
    sign: /unable to open (bucket|state directory)|could not (open|access) bucket|no such bucket|NoSuchBucket|unknown scheme|no driver registered|read .*\.pulumi.*no such file|could not list bucket/i,
    code: 'invalid',
    remedy: () => 'Correct PULUMI_BACKEND_URL: it must name the store with the state of this environment.',
  },
];

/** An engine error contains the whole log; only lines that match this describe the failure. */
const ERROR_LINE = /^\s*(error:|.*\berror\b|.*locked|.*created by|.*Exception)/i;

const errorLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => ERROR_LINE.test(line));

/** The lines of the section about policy packs, if one is violated. */
const violations = (text: string): string[] | undefined =>
  /^Policies:\n((?: .*\n)*?.*\[mandatory\].*\n(?: .*\n)*)/m
    .exec(text)?.[1]
    ?.split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** The maximum number of engine lines in a message. */
const LINES = 8;

/** Converts an engine error into a {@link StackError} with the relevant lines and the remedy. */
export function explainEngine(error: unknown, name: StackName): StackError {
  if (error instanceof StackError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const found = EXPLANATIONS.find(({ sign }) => sign.test(text));
  const lines = [...new Set(violations(text) ?? errorLines(text))];
  const excerpt = (lines.length > 0 ? lines : [text.trim()]).slice(0, LINES).join('\n  ');
  const remedy =
    found?.remedy(name) ??
    'The resources created so far are in the state. Correct the cause and run the command again; it continues from there.';
  return new StackError(
    found?.code ?? 'engine',
    `The engine failed on ${name.project} (${name.stack}):\n  ${excerpt}\n${remedy}`,
    {
      value: name.stack,
      cause: error,
    },
  );
}
