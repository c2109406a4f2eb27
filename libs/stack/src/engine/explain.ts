import { StackError, type StackErrorCode } from '../error.ts';

/** A stack as the engine names it. */
export interface StackName {
  project: string;
  stack: string;
}

interface Explanation {
  /** What the engine, a provider or a store prints. */
  sign: RegExp;
  code: StackErrorCode;
  remedy: (stack: StackName) => string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    sign: /stack is currently locked|conflict.*another update/i,
    code: 'locked',
    remedy: ({ project, stack }) =>
      `Another update holds ${stack}; the lines above say whose. Wait for it. A lock is never broken here; only when that ` +
      `update is surely dead, with the same PULUMI_BACKEND_URL:\n$ pulumi cancel --yes --stack organization/${project}/${stack}`,
  },
  {
    sign: /^\s*- \[mandatory\] /m,
    code: 'refused',
    remedy: () => 'Correct what the policies name; nothing was changed.',
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
    remedy: () => 'Log in to the cloud again; CI gets credentials of an hour from its OIDC role.',
  },
  {
    sign: /unable to open (bucket|state directory)|could not (open|access) bucket|no such bucket|NoSuchBucket|unknown scheme|no driver registered|read .*\.pulumi.*no such file|could not list bucket/i,
    code: 'invalid',
    remedy: () => 'Correct PULUMI_BACKEND_URL: it names the store with the state of this environment.',
  },
];

/** The engine prints the whole log into an error; what it says of the matter is in the lines that begin like this. */
const TELLING = /^\s*(error:|.*\berror\b|.*locked|.*created by|.*Exception)/i;

const telling = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => TELLING.test(line));

/** The section about policy packs, where one is violated. */
const violations = (text: string): string[] | undefined =>
  /^Policies:\n((?: .*\n)*?.*\[mandatory\].*\n(?: .*\n)*)/m
    .exec(text)?.[1]
    ?.split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** At most so many lines of the engine's own words. */
const LINES = 8;

/** An error of the engine as one of ours: what it said, shortened, and what to do. */
export function explainEngine(error: unknown, name: StackName): StackError {
  if (error instanceof StackError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const found = EXPLANATIONS.find(({ sign }) => sign.test(text));
  const lines = [...new Set(violations(text) ?? telling(text))];
  const said = (lines.length > 0 ? lines : [text.trim()]).slice(0, LINES).join('\n  ');
  const remedy =
    found?.remedy(name) ??
    'What was made is in the state; correct the cause and run again, it goes on from there.';
  return new StackError(
    found?.code ?? 'engine',
    `The engine failed on ${name.project} (${name.stack}):\n  ${said}\n${remedy}`,
    {
      value: name.stack,
      cause: error,
    },
  );
}
