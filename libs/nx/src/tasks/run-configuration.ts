/**
 * The configuration in a command line: `-c x`, `-c=x`, `--configuration x`, `--configuration=x`, or the third
 * part of `project:target:x`.
 *
 * @param argv the arguments, without program and script
 */
export function requestedConfiguration(argv: readonly string[]): string | undefined {
  for (const [at, word] of argv.entries()) {
    if (word === '--') return undefined;
    if (word === '-c' || word === '--configuration') return argv[at + 1];
    const joined = /^(?:-c|--configuration)=(.+)$/.exec(word)?.[1];
    if (joined !== undefined) return joined;
  }
  return /^[^:]+:deploy:([^:]+)$/.exec(argv.find((word) => /:deploy:/.test(word)) ?? '')?.[1];
}

/** Whether a command line runs the target `deploy`, in the syntax of `nx run`, `run-many` or `affected`. */
export function namesDeploy(argv: readonly string[]): boolean {
  return argv.some((word) =>
    !word.startsWith('--') || /^--targets?=/.test(word) ? /(^|[:,=])deploy($|[:,])/.test(word) : false,
  );
}
