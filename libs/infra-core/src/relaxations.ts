/** A hardened default that a program gives up, and why. The reason is part of the graph and of the report. */
export interface Relaxation {
  /** In words for the next reader, as in `a staging cluster, rebuilt weekly`. */
  reason: string;
}

/** The reasons of the options that are set, as a component's input `relaxations`; nothing for what stays hardened. */
export function reasonsOf(options: Readonly<Record<string, Relaxation | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([option, relaxation]) =>
      relaxation === undefined ? [] : [[option, relaxation.reason]],
    ),
  );
}
