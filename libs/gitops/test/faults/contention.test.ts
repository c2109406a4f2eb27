import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { contend, makeRepository, type Contest } from '../../bench/contention.ts';
import { serveHttp } from '../support/serve-http.ts';
import { scratch } from '../support/workspace.ts';

/** Deep sizes are those of `npm run bench`, which also measures. */
const [WRITERS, BUMPS] = [4, 3];
const LIMIT = { timeout: 300_000 };

const contest = (address: string, repository: string): Contest => ({
  policy: 'slipway',
  writers: WRITERS,
  bumps: BUMPS,
  address,
  repository,
});

const ALL = { landed: WRITERS * BUMPS, lost: 0, duplicated: 0, failed: 0, reasons: [] };

/** `git daemon` on a free port that is chosen here, because it cannot choose one. */
async function daemon(repository: string): Promise<{ url: string; child: ChildProcess }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const folder = dirname(repository);
  const args = [
    'daemon',
    '--listen=127.0.0.1',
    `--port=${port}`,
    '--export-all',
    '--enable=receive-pack',
    `--base-path=${folder}`,
  ];
  const child = spawn('git', [...args, '--reuseaddr', folder], { stdio: 'ignore', detached: true });
  return { url: `git://127.0.0.1:${port}/${repository.slice(folder.length + 1)}`, child };
}

describe(`${WRITERS} processes that write ${BUMPS} times each to one file of one branch`, () => {
  it('lose nothing, write nothing twice and fail at nothing over a folder', LIMIT, async () => {
    const repository = makeRepository(scratch(), WRITERS);
    expect(await contend(contest(repository, repository))).toMatchObject(ALL);
  });

  it('lose nothing over git daemon', LIMIT, async ({ skip }) => {
    const repository = makeRepository(scratch(), WRITERS);
    const { url, child } = await daemon(repository);
    try {
      for (let tries = 0; tries < 100 && !(await answers(url)); tries += 1) await sleep(100);
      if (!(await answers(url))) skip('git daemon does not start here');
      expect(await contend(contest(url, repository))).toMatchObject(ALL);
    } finally {
      if (child.pid) process.kill(-child.pid);
    }
  });

  it(
    'lose nothing over HTTP where every third answer to a push is lost after the push was taken',
    LIMIT,
    async () => {
      const repository = makeRepository(scratch(), WRITERS);
      let pushes = 0;
      await using server = await serveHttp(repository, { loseAnswer: () => (pushes += 1) % 3 === 0 });
      expect(await contend(contest(server.url, repository))).toMatchObject(ALL);
      expect(server.lost).toBeGreaterThan(0);
    },
  );

  it(
    'would lose some with a writer that takes a lost answer for a failure, and tries five times',
    LIMIT,
    async () => {
      const repository = makeRepository(scratch(), WRITERS);
      await using server = await serveHttp(repository, { loseAnswer: () => true }); // no answer ever arrives
      const result = await contend({ ...contest(server.url, repository), policy: 'five-tries', bumps: 1 });
      expect(result.failed).toBe(WRITERS); // the negative control: all report a failure wrongly
    },
  );
});

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('git', ['ls-remote', url], { stdio: 'ignore' });
    child.on('close', (code) => resolve(code === 0));
  });
}
