/** Prints a result: JSON for machines when asked for, else the text for people. */
export function print(json: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, undefined, 2) : text()}\n`);
}
