import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { GitopsError } from '../error.ts';
import { explainSpawn, gitEnvironment, NO_HOOKS } from './run-git.ts';
import type { GitObject, ObjectType } from './object.ts';
import { redact } from '../text/redact.ts';

interface Read {
  resolve(object: GitObject | undefined): void;
  reject(error: GitopsError): void;
}

const ARGS = ['cat-file', '--batch'];

/** Reads objects of a repository by name, all of them through one `git cat-file` process. */
export class ObjectReader {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reads: Read[] = [];
  #received: Buffer[] = [];
  #length = 0;
  #ended: GitopsError | undefined;
  #stderr = '';
  /** The minimum number of bytes of the answer that is being received. */
  #needed = 1;

  constructor(cwd: string, env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn('git', [...NO_HOOKS, ...ARGS], { cwd, env: gitEnvironment(env) });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr.on(
      'data',
      (chunk: Buffer) => (this.#stderr = `${this.#stderr}${chunk}`.slice(-2_000)),
    );
    this.#child.on('error', (cause) => this.#end(explainSpawn(cause, ARGS)));
    this.#child.on('close', () => {
      this.#end(new GitopsError('git', redact(`git cat-file ended in ${cwd}: ${this.#stderr.trim()}`)));
    });
    this.#child.stdin.on('error', () => {}); // the process has exited: `close` reports it
    this.#keepNodeRunning(false);
  }

  /** Whether a read is not answered yet. */
  get isBusy(): boolean {
    return this.#reads.length > 0;
  }

  /** An object by any name that Git knows; undefined if it does not exist. @throws {GitopsError} `git` */
  read(name: string): Promise<GitObject | undefined> {
    if (/[\n\0]/.test(name)) return Promise.resolve(undefined); // git reads one name per line
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      if (!this.isBusy) this.#keepNodeRunning(true);
      this.#reads.push({ resolve, reject });
      this.#child.stdin.write(`${name}\n`);
    });
  }

  /** Ends the process and waits until it has exited. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#keepNodeRunning(true);
    this.#child.stdin.end();
    await closed;
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    let rest = Buffer.concat(this.#received);
    for (let answer = parseAnswer(rest); ; answer = parseAnswer(rest)) {
      if (answer.size === undefined) {
        this.#needed = answer.needed;
        break;
      }
      this.#reads.shift()?.resolve(answer.object);
      rest = rest.subarray(answer.size);
    }
    this.#received = [rest];
    this.#length = rest.length;
    if (!this.isBusy) this.#keepNodeRunning(false);
  }

  /** An idle reader does not keep Node from exiting; git exits when its standard input is closed. */
  #keepNodeRunning(keep: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const handle of [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])]) {
      if (keep) handle.ref();
      else handle.unref();
    }
  }

  #end(error: GitopsError): void {
    this.#ended ??= error;
    for (const { reject } of this.#reads.splice(0)) reject(this.#ended);
  }
}

type Answer = { size: number; object: GitObject | undefined } | { size: undefined; needed: number };

/** The first answer in the output of `git cat-file --batch`, or how many bytes it needs at least. */
export function parseAnswer(bytes: Buffer): Answer {
  const end = bytes.indexOf(0x0a);
  if (end === -1) return { size: undefined, needed: bytes.length + 1 };
  const fields = bytes.toString('utf8', 0, end).split(' ');
  const [id = '', type, length] = fields;
  // Other answers are "<name> missing" and "<name> ambiguous", where the name may contain spaces.
  if (fields.length !== 3 || !/^\d+$/.test(length ?? '') || !/^[0-9a-f]+$/.test(id)) {
    return { size: end + 1, object: undefined };
  }
  const start = end + 1;
  const stop = start + Number(length);
  if (bytes.length < stop + 1) return { size: undefined, needed: stop + 1 };
  const content = bytes.subarray(start, stop);
  return { size: stop + 1, object: { id, type: type as ObjectType, content } };
}
