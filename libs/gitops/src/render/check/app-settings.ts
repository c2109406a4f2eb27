import { parse } from 'yaml';
import { deployFolder } from '../../workspace/app.ts';
import { GitopsError } from '../../error.ts';
import type { Checkout } from '../../checkout/checkout.ts';
import type { Commit } from '../../git/commit.ts';

/** The top-level values in one of an app's own files. */
export interface ValuesFile {
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What an app sets itself, and where it runs. */
export interface AppSettings {
  /** The app's values files; the later one has priority. */
  readonly files: readonly ValuesFile[];
  readonly environment: string;
  /** Whether the environment has an Argo CD, and so may have a gateway. */
  readonly hasPlatform: boolean;
}

/** Reads an app's own values files at a commit. @throws {GitopsError} `invalid` if one is not YAML */
export async function readValuesFiles(
  checkout: Checkout,
  commit: Commit,
  app: string,
  environment: string,
): Promise<ValuesFile[]> {
  const files = ['values', environment].map((name) => `${deployFolder(app)}/${name}.yaml`);
  return Promise.all(files.map((file) => readValuesFile(checkout, commit, file)));
}

async function readValuesFile(checkout: Checkout, commit: Commit, file: string): Promise<ValuesFile> {
  const text = (await checkout.readFile(commit, file)) ?? '';
  try {
    return { file, values: (parse(text) ?? {}) as ValuesFile['values'] };
  } catch (cause) {
    throw new GitopsError('invalid', `${file} is not valid YAML: ${(cause as Error).message}`, { cause });
  }
}
