/** An error for machines, one that `--json` asked for: the code to branch on and the sentence for people. */
export function errorJson(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
  const word = typeof code === 'string' ? code : 'unknown';
  const told = word.startsWith('commander.')
    ? { code: 'usage', message: message?.replace(/^error: /, '') }
    : { code: word, message: message ?? String(error) };
  return JSON.stringify({ error: told }, undefined, 2);
}
