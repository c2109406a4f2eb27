/** The trailer with the time that a commit waited after it lost a race. */
const WAITED = 'Slipway-Waited';

/**
 * Full jitter up to this multiple of the lost attempt's duration: on a slow remote everything takes longer.
 */
const ATTEMPTS = 3;

/** Bounds of the jitter, in milliseconds. */
const [SHORTEST, LONGEST] = [40, 10_000];

/**
 * A branch is quiet after so many milliseconds without a new commit, or on a slow remote after this multiple
 * of a fetch's duration. In a model of 4 to 32 writers 5 s cost no throughput, and 2 s cost a tenth of it.
 */
const [QUIET, FETCHES] = [5_000, 10];

/**
 * Fair back-off between independent writers of one branch. Without it the writer that has just landed keeps
 * winning: with random pauses alone, half of 400 bumps of 16 writers took 0.1 s and the slowest 17 s; with it
 * the slowest took 4 s (BENCHMARKS.md). The idea is from MACAW (1994): writers share how busy the medium is.
 * A commit that lost a race records how long it waited, and a writer that has waited less pauses first. A
 * writer never records more than it waited, so pauses shrink again. A writer does not pause if the branch is
 * quiet. A wrong clock only changes this pause, which stays below that limit.
 */
export class FairBackoff {
  readonly #started = performance.now();
  /** A random factor of the recorded time, so that not all writers that see a commit return at once. */
  readonly #share = 0.4 + 0.4 * Math.random();
  readonly #longest: number;
  #losses = 0;
  #failures = 0;

  /** @param deadlineMs milliseconds for all attempts together */
  constructor(deadlineMs: number) {
    this.#longest = deadlineMs / 4;
  }

  /**
   * Milliseconds to wait before an attempt on top of a commit.
   *
   * @param newest the content of the commit object
   * @param took milliseconds of its fetch
   */
  delayBefore(newest: string | undefined, took = 0): number {
    const [, recorded] = new RegExp(`^${WAITED}: (\\d{1,9}) ms$`, 'm').exec(newest ?? '') ?? [];
    const [, seconds] = /^committer .* (\d+) [+-]\d{4}$/m.exec(newest ?? '') ?? [];
    if (recorded === undefined || seconds === undefined) return 0;
    const waited = Math.min(Number(recorded), this.#longest);
    const ago = Math.abs(Date.now() - Number(seconds) * 1000);
    const pause = waited * this.#share - this.#waited();
    return Math.max(0, Math.min(pause, Math.max(QUIET, FETCHES * took) - ago));
  }

  /** The message with a trailer of the time waited, if this writer has lost a race. */
  withWaitTrailer(message: string): string {
    if (this.#losses === 0) return message;
    const text = message.endsWith('\n') ? message : `${message}\n`;
    const separator = /^Slipway-\w+: .*\n$/m.test(text.split('\n\n').at(-1) ?? '') ? '' : '\n';
    return `${text}${separator}${WAITED}: ${Math.round(this.#waited())} ms\n`;
  }

  /** Milliseconds to pause after a lost race. @param took milliseconds of the attempt */
  afterLoss(took: number): number {
    this.#losses += 1;
    return Math.random() * Math.min(LONGEST, Math.max(SHORTEST, ATTEMPTS * took));
  }

  /** Milliseconds to pause after a network failure: full jitter below 40 ms, doubled up to 2 s. */
  afterFailure(): number {
    return Math.random() * Math.min(2_000, SHORTEST * 2 ** this.#failures++);
  }

  #waited(): number {
    return performance.now() - this.#started;
  }
}
