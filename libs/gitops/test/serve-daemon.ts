import { spawn } from 'node:child_process';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { dirname, basename } from 'node:path';

/** What goes wrong on purpose. */
export interface DaemonOptions {
  /** @default 127.0.0.1 */
  listen?: string;
  /** Changes what is asked for, before the daemon sees it; undefined where the connection is taken from it. */
  changed?: (request: string, socket: Socket) => string | undefined;
  /** Whether the answer to this request is lost after the repository has done what it said. */
  loseAnswer?: (request: string) => boolean;
}

/** A repository served over Git's own protocol on loopback, by `git daemon`. */
export interface DaemonRemote {
  url: string;
  /** With what each connection began: the service and the folder, and what else was said. */
  readonly asked: readonly (readonly string[])[];
  /** The most connections that were open at a time. */
  readonly most: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves a bare repository until it is disposed of. The port is free: `git daemon` is told of each connection. */
export async function serveDaemon(
  repository: string,
  { listen = '127.0.0.1', changed = (request) => request, loseAnswer = () => false }: DaemonOptions = {},
): Promise<DaemonRemote> {
  const asked: string[][] = [];
  const open = new Set<Socket>();
  let most = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('error', () => {}); // whoever asks may leave at any time
    socket.on('close', () => open.delete(socket));
    readRequest(socket, (line) => {
      asked.push(line.split('\0').filter(Boolean));
      const request = changed(line, socket);
      if (request !== undefined) serve(dirname(repository), socket, request, loseAnswer(request));
    });
  });
  await new Promise<void>((ready) => server.listen(0, listen, ready));
  const { port } = server.address() as AddressInfo;
  const host = listen.includes(':') ? `[${listen}]` : listen;
  return {
    url: `git://${host}:${port}/${basename(repository)}`,
    asked,
    get most() {
      return most;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((done) => server.close(done));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** The packet that a connection begins with. */
function readRequest(socket: Socket, found: (request: string) => void): void {
  let received = Buffer.alloc(0);
  const read = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const length = Number.parseInt(received.toString('latin1', 0, 4), 16);
    if (received.length < length) return;
    socket.off('data', read).pause();
    if (received.length > length) socket.unshift(received.subarray(length));
    found(received.toString('utf8', 4, length));
  };
  socket.on('data', read);
}

function serve(folder: string, socket: Socket, request: string, lose: boolean): void {
  const args = [
    'daemon',
    '--inetd',
    '--export-all',
    '--enable=receive-pack',
    `--base-path=${folder}`,
    folder,
  ];
  const daemon = spawn('git', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  daemon.stdin.on('error', () => {}); // it may end before it has read everything
  const bytes = Buffer.from(request);
  daemon.stdin.write((bytes.length + 4).toString(16).padStart(4, '0'));
  daemon.stdin.write(bytes);
  let spoken = false; // before that, what comes back is how it begins, and no answer
  socket.on('data', () => (spoken = true));
  socket.pipe(daemon.stdin);
  daemon.stdout.on('data', (chunk: Buffer) => (lose && spoken) || socket.write(chunk));
  daemon.on('close', () => (lose ? socket.destroy() : socket.end()));
}
