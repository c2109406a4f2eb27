/** Something wrong with what was rendered, and where it stands. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}
