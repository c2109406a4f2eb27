/** Serves a repository over HTTP from a thread of its own, so that serving it is no work of who is measured. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveHttp } from '../test/support/serve-http.ts';

const { url } = await serveHttp(workerData as string);
parentPort?.postMessage(url);
