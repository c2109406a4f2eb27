/** A full commit id, 40 or 64 hexadecimal digits. */
export type Commit = string;
