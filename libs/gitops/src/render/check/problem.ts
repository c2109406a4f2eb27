/** A problem of a rendering or a chart, and where it is. */
export interface Problem {
  /** The rule that is broken; undefined if something cannot be rendered, or a file that is read is wrong. */
  readonly rule?: string;
  /** An object (`Deployment/api`), perhaps with a container or a path in it, or a file. */
  readonly place: string;
  /** What is wrong there. */
  readonly message: string;
  /** What to change. */
  readonly remedy?: string;
}
