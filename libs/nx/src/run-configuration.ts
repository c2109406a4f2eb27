/**
 * The configuration that a command line asks for: `-c x`, `-c=x`, `--configuration x`, `--configuration=x`, or
 * the third part of `project:target:x`.
 *
 * @param argv the words of the command line, without program and script
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

/** Whether a command line names the target `deploy`, in any of the ways of `nx run`, `run-many` and `affected`. */
export function namesDeploy(argv: readonly string[]): boolean {
  return argv.some((word) =>
    !word.startsWith('--') || /^--targets?=/.test(word) ? /(^|[:,=])deploy($|[:,])/.test(word) : false,
  );
}
