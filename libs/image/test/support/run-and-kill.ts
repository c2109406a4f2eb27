import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const program = new URL('build-and-push.ts', import.meta.url).pathname;

export interface Run {
  output: string;
  killed: boolean;
  /** Milliseconds from its first output to its end. */
  ms: number;
}

/** Builds and pushes in a child process, which is killed this time after its first output. */
export function runAndKill(folder: string, host: string, afterMs: number): Promise<Run> {
  const child = spawn(process.execPath, [program, folder, host], { stdio: ['ignore', 'pipe', 'inherit'] });
  let [output, begun] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (begun === 0 && Number.isFinite(afterMs)) void delay(afterMs).then(() => child.kill('SIGKILL'));
    begun ||= performance.now();
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      resolve({ output, killed: signal === 'SIGKILL', ms: performance.now() - begun });
    });
  });
}
