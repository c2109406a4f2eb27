/** The reason why a program relaxes a hardened default. It is part of the graph and of the report. */
export interface Relaxation {
  /** For readers of the report, as in `a staging cluster, rebuilt weekly`. */
  reason: string;
}

/** The reasons of all options that are set, for a component's input `relaxations`. */
export function reasonsOf(options: Readonly<Record<string, Relaxation | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([option, relaxation]) =>
      relaxation === undefined ? [] : [[option, relaxation.reason]],
    ),
  );
}
