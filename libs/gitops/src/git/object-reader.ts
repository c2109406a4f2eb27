import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { GitopsError } from '../error.ts';
import { gitEnvironment } from './run-git.ts';
import type { GitObject, ObjectType } from './object.ts';

interface Question {
  resolve(object: GitObject | undefined): void;
  reject(error: GitopsError): void;
}

/** Reads objects of a repository by id, through one process for as many as there are. */
export class ObjectReader {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #questions: Question[] = [];
  #received: Buffer[] = [];
  #length = 0;
  #ended: GitopsError | undefined;
  /** How many bytes the answer that is being received needs at least. */
  #needed = 1;

  readonly #most: number;

  /** @param most bytes of an answer that are read at most */
  constructor(cwd: string, env: Readonly<Record<string, string>>, most = Infinity) {
    this.#most = most;
    this.#child = spawn('git', ['cat-file', '--batch'], { cwd, env: gitEnvironment(env) });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child.on('error', (cause) => this.#end(cause.message, cause));
    this.#child.on('close', () => this.#end('git cat-file has ended'));
    this.#child.stdin.on('error', () => {}); // it has ended; `close` tells
    this.#child.stderr.resume();
  }

  /** An object by its id, or by `<commit>:<path>`; undefined where it is not there. @throws {GitopsError} `git` */
  read(id: string): Promise<GitObject | undefined> {
    if (id.includes('\n')) return Promise.resolve(undefined); // names are lines
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#questions.push({ resolve, reject });
      this.#child.stdin.write(`${id}\n`);
    });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
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
        if (answer.needed > this.#most) this.#giveUp();
        break;
      }
      this.#questions.shift()?.resolve(answer.object);
      rest = rest.subarray(answer.size);
    }
    this.#received = [rest];
    this.#length = rest.length;
  }

  #giveUp(): void {
    this.#end(`an object of ${this.#needed} bytes is larger than is read`);
    this.#child.kill();
  }

  #end(words: string, cause?: Error): void {
    this.#ended ??= new GitopsError('git', words, { cause });
    for (const { reject } of this.#questions.splice(0)) reject(this.#ended);
  }
}

type Answer = { size: number; object: GitObject | undefined } | { size: undefined; needed: number };

/** The first answer in what `git cat-file --batch` printed, and how long it is; or how much of it is missing. */
export function parseAnswer(bytes: Buffer): Answer {
  const end = bytes.indexOf(0x0a);
  if (end === -1) return { size: undefined, needed: bytes.length + 1 };
  const [id = '', type, length] = bytes.toString('utf8', 0, end).split(' ');
  // "<name> missing", "<name> ambiguous", and names with spaces: all end without a number.
  if (length === undefined || !/^\d+$/.test(length) || !/^[0-9a-f]+$/.test(id)) {
    return { size: end + 1, object: undefined };
  }
  const start = end + 1;
  const stop = start + Number(length);
  if (bytes.length < stop + 1) return { size: undefined, needed: stop + 1 };
  const content = bytes.subarray(start, stop);
  return { size: stop + 1, object: { id, type: type as ObjectType, content } };
}
