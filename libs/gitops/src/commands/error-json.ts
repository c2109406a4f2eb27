/** An error for machines, one that `--json` asked for: the code to branch on and the sentence for people. */
export function errorJson(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
  const told = { code: typeof code === 'string' ? code : 'unknown', message: message ?? String(error) };
  return JSON.stringify({ error: told }, undefined, 2);
}
