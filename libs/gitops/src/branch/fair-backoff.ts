/** The trailer by which a commit tells how long it had to wait while others were quicker. */
const WAITED = 'Slipway-Waited';

/** Full jitter up to so many times what the attempt took that was lost: on a slow remote everything is slower. */
const ATTEMPTS = 3;

/** Milliseconds: no pause is drawn from less, or from more. */
const [SHORTEST, LONGEST] = [40, 10_000];

/**
 * Milliseconds after which a branch on which nothing landed is in nobody's hands: those who waited had their turn. In a
 * model of 4 to 32 writers 5 s cost no throughput, and 2 s cost a tenth of it. A slow remote: so many times what it
 * takes to ask it.
 */
const [QUIET, QUESTIONS] = [5_000, 10];

/**
 * Fair back-off between independent writers of one branch. Without it the writer that has just landed keeps winning:
 * with random pauses alone the slowest of 16 writers' 400 bumps took 17 s while half of them took 0.1 s; with it the slowest
 * took 4 s (BENCHMARKS.md). The idea is MACAW's (1994): writers share how busy the medium is. Here the newest commit carries
 * that: a commit that lost a race records how long it waited, and a writer that has waited less pauses first. A writer
 * never records more than it waited, so the pauses shrink by themselves.
 *
 * A writer does not pause for a branch that has been quiet. A wrong clock makes a writer pause for no longer than that, or
 * not at all, and decides nothing else.
 */
export class FairBackoff {
  readonly #began = performance.now();
  /** Of what another one waited, drawn once: all who see the same commit shall not come back at once. */
  readonly #share = 0.4 + 0.4 * Math.random();
  readonly #most: number;
  #lost = 0;
  #failures = 0;

  /** @param deadlineMs milliseconds for all attempts together */
  constructor(deadlineMs: number) {
    this.#most = deadlineMs / 4;
  }

  /**
   * Milliseconds to wait before trying on top of a commit.
   *
   * @param newest the commit as Git stores it
   * @param took what it took to ask for it
   */
  delayBefore(newest: string | undefined, took = 0): number {
    const [, recorded] = new RegExp(`^${WAITED}: (\\d{1,9}) ms$`, 'm').exec(newest ?? '') ?? [];
    const [, seconds] = /^committer .* (\d+) [+-]\d{4}$/m.exec(newest ?? '') ?? [];
    if (recorded === undefined || seconds === undefined) return 0;
    const waited = Math.min(Number(recorded), this.#most);
    const ago = Math.abs(Date.now() - Number(seconds) * 1000);
    const turn = waited * this.#share - this.#waited();
    return Math.max(0, Math.min(turn, Math.max(QUIET, QUESTIONS * took) - ago));
  }

  /** A commit message that tells others how long this one had to wait; as it was where nobody was quicker. */
  withWaitTrailer(message: string): string {
    if (this.#lost === 0) return message;
    const text = message.endsWith('\n') ? message : `${message}\n`;
    const apart = /^Slipway-\w+: .*\n$/m.test(text.split('\n\n').at(-1) ?? '') ? '' : '\n';
    return `${text}${apart}${WAITED}: ${Math.round(this.#waited())} ms\n`;
  }

  /** Milliseconds to pause because somebody else was quicker. @param took what the attempt took */
  afterLoss(took: number): number {
    this.#lost += 1;
    return Math.random() * Math.min(LONGEST, Math.max(SHORTEST, ATTEMPTS * took));
  }

  /** Milliseconds to pause because the remote could not be asked: full jitter below 40 ms, doubled up to 2 s. */
  afterFailure(): number {
    return Math.random() * Math.min(2_000, SHORTEST * 2 ** this.#failures++);
  }

  #waited(): number {
    return performance.now() - this.#began;
  }
}
