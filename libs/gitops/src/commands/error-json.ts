/** An error as JSON, for `--json`: the code and the message. */
export function errorJson(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
  const known = typeof code === 'string' ? code : 'unknown';
  const content = known.startsWith('commander.')
    ? { code: 'usage', message: message?.replace(/^error: /, '') }
    : { code: known, message: message ?? String(error) };
  return JSON.stringify({ error: content }, undefined, 2);
}
