import type { GitObject, ObjectFormat, ObjectType } from '../git-object.ts';

/** The objects of a repository elsewhere, by id: only what is asked for is sent. */
export interface FarObjects {
  /**
   * Reads an object.
   *
   * @throws {Error} when it cannot be had this way, or is not what it should be
   */
  read(id: string, type: ObjectType, format: ObjectFormat, signal?: AbortSignal): Promise<GitObject>;
  /** Lets go of everything; a folder is in nobody's use when it is done. */
  close(): Promise<void>;
}
