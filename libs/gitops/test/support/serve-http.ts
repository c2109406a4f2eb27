import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** What goes wrong on purpose. */
export interface HttpOptions {
  /** The `Authorization` header that opens the repository. @default none is asked for */
  authorization?: string;
  /** Whether the answer to this push is lost after the repository has taken it. */
  loseAnswer?: () => boolean;
  /** Answers a request instead of the repository; undefined where it does not. */
  instead?: (request: IncomingMessage) => Buffer | undefined;
}

/** A repository served over smart HTTP on loopback, by Git's own backend. */
export interface HttpRemote {
  url: string;
  /** How many requests were refused for want of a login. */
  readonly refused: number;
  /** How many answers to pushes were lost. */
  readonly lost: number;
  /** What was asked for, in order: the last part of each address. */
  readonly asked: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

const BACKEND = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');

/** Serves a bare repository until it is disposed of. */
export async function serveHttp(repository: string, options: HttpOptions = {}): Promise<HttpRemote> {
  const count = { refused: 0, lost: 0 };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url?.split('/').at(-1) ?? '');
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization) {
      count.refused += 1;
      request.resume();
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('log in');
      return;
    }
    const made = options.instead?.(request);
    if (made !== undefined) {
      request.resume();
      response.writeHead(200).end(made);
      return;
    }
    serve(repository, request, response, () => {
      const lose =
        request.method === 'POST' && request.url?.endsWith('/git-receive-pack') && options.loseAnswer?.();
      if (lose) count.lost += 1;
      return lose === true;
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/r.git`,
    get refused() {
      return count.refused;
    },
    get lost() {
      return count.lost;
    },
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** One request through the backend, a CGI program. @param lost asked when the answer is there */
function serve(
  repository: string,
  request: IncomingMessage,
  response: ServerResponse,
  lost: () => boolean,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const backend = spawn(BACKEND, [], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: dirname(repository),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname.replace('/r.git', `/${repository.split('/').at(-1)}`),
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'somebody', // a push is for who is logged in
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => {}); // it may answer before it has read everything
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    if (lost()) return void request.socket.destroy();
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.toString('latin1', 0, end).split('\r\n');
    let status = 200;
    for (const header of headers) {
      const [name = '', value = ''] = header.split(': ');
      if (name === 'Status') status = Number(value.split(' ')[0]);
      else if (name) response.setHeader(name, value);
    }
    response.writeHead(status).end(answer.subarray(end + 4));
  });
}
