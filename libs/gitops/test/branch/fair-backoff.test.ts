import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairBackoff } from '../../src/branch/fair-backoff.ts';
import { generator } from '../support/random.ts';

const SEED = Number(process.env['SLIPWAY_SEED'] ?? 20_261_124);
const DEADLINE = 120_000;

/** A commit made so many milliseconds ago. */
const landed = (ago: number, message: string): string =>
  `tree 0\nauthor A <a@b> 1 +0000\ncommitter A <a@b> ${Math.floor((Date.now() - ago) / 1000)} +0000\n\n${message}`;
const waited = (milliseconds: number): string => `Set a\n\nSlipway-Waited: ${milliseconds} ms\n`;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_800_000_000_000 });
  const below = generator(SEED);
  vi.spyOn(Math, 'random').mockImplementation(() => below(1_000_000) / 1_000_000);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the fair back-off of a writer', () => {
  it('does not pause on a new branch, or if the newest commit has not waited', () => {
    const backoff = new FairBackoff(DEADLINE);
    expect(backoff.delayBefore(undefined)).toBe(0);
    expect(backoff.delayBefore(landed(0, 'Set a\n\nSlipway-File: a\n'))).toBe(0);
  });

  it('pauses if the newest commit has waited longer, and then no more', () => {
    const backoff = new FairBackoff(DEADLINE);
    const pause = backoff.delayBefore(landed(0, waited(5_000)));
    expect(pause).toBeGreaterThanOrEqual(2_000);
    expect(pause).toBeLessThan(4_000);
    vi.advanceTimersByTime(Math.ceil(pause));
    expect(backoff.delayBefore(landed(0, waited(5_000)))).toBe(0);
    expect(backoff.delayBefore(landed(0, waited(20_000)))).toBeGreaterThan(0);
  });

  it('ignores a quiet branch and a clock that is a day wrong, and pauses at most a quarter of the deadline', () => {
    const backoff = new FairBackoff(DEADLINE);
    expect(backoff.delayBefore(landed(6_000, waited(60_000)))).toBe(0);
    expect(backoff.delayBefore(landed(0, waited(60_000)))).toBeLessThanOrEqual(5_000);
    expect(backoff.delayBefore(landed(86_400_000, waited(5_000)))).toBe(0);
    expect(backoff.delayBefore(landed(-86_400_000, waited(5_000)))).toBe(0);
    expect(backoff.delayBefore(landed(0, waited(999_999_999)))).toBeLessThanOrEqual(DEADLINE / 4);
    expect(backoff.delayBefore(landed(0, 'Set a\n\nSlipway-Waited: 99999999999999999999 ms\n'))).toBe(0);
    expect(backoff.delayBefore('no commit at all')).toBe(0);
  });

  it('pauses for longer on a slow remote', () => {
    const backoff = new FairBackoff(DEADLINE);
    expect(backoff.delayBefore(landed(6_000, waited(60_000)), 1_000)).toBeGreaterThan(0);
    expect(backoff.delayBefore(landed(11_000, waited(60_000)), 1_000)).toBe(0);
  });

  it('records the time waited after a lost race as the last trailer', () => {
    const backoff = new FairBackoff(DEADLINE);
    expect(backoff.withWaitTrailer('Set a\n\nSlipway-File: a\n')).toBe('Set a\n\nSlipway-File: a\n');
    vi.advanceTimersByTime(1_500);
    backoff.afterLoss(100);
    expect(backoff.withWaitTrailer('Set a\n\nSlipway-File: a\n')).toBe(
      'Set a\n\nSlipway-File: a\nSlipway-Waited: 1500 ms\n',
    );
    expect(backoff.withWaitTrailer('Update')).toBe('Update\n\nSlipway-Waited: 1500 ms\n');
    expect(
      new FairBackoff(DEADLINE).delayBefore(landed(0, backoff.withWaitTrailer('Update'))),
    ).toBeGreaterThan(0);
  });

  it('pauses in proportion to the lost attempt, and longer after each network failure', () => {
    const backoff = new FairBackoff(DEADLINE);
    vi.mocked(Math.random).mockReturnValue(1);
    expect([1, 100, 2_000, 60_000].map((took) => backoff.afterLoss(took))).toEqual([40, 300, 6_000, 10_000]);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => backoff.afterFailure())).toEqual([
      40, 80, 160, 320, 640, 1_280, 2_000, 2_000,
    ]);
  });
});

/** Milliseconds of an attempt. Up to two attempts at once are not slower. */
const ATTEMPT = 50;

/** A writer in the model: since when it wants to write, and when it acts next. */
interface Writer {
  left: number;
  since: number;
  backoff: FairBackoff;
  pause: (took: number) => number;
  at: number;
  trying?: { began: number; tip: number };
}

/** Lets each writer land bumps, one after the other. @returns the duration of each bump, sorted */
function contend(writers: number, bumps: number, fair: boolean): number[] {
  const took: number[] = [];
  const tip = { number: 0, text: landed(0, 'start') };
  const wish = (writer: Partial<Writer>): void => {
    let lost = 0;
    const backoff = new FairBackoff(DEADLINE);
    const grown = () => Math.random() * Math.min(2_000, 40 * 2 ** lost++); // random pauses alone: the negative control
    Object.assign(writer, {
      since: Date.now(),
      backoff,
      pause: fair ? (ms: number) => backoff.afterLoss(ms) : grown,
    });
  };
  const all = Array.from({ length: writers }, (_, at) => {
    const writer = { left: bumps, at: Date.now() + at } as Writer;
    wish(writer);
    return writer;
  });
  for (;;) {
    const next = all.filter(({ left }) => left > 0).sort((a, b) => a.at - b.at)[0];
    if (next === undefined) return took.sort((a, b) => a - b);
    vi.advanceTimersByTime(Math.max(0, next.at - Date.now()));
    const { trying } = next;
    if (trying === undefined) {
      const others = all.filter((writer) => writer.trying).length;
      const yields = fair ? next.backoff.delayBefore(tip.text) : 0;
      if (yields === 0) next.trying = { began: Date.now(), tip: tip.number };
      next.at = Date.now() + Math.ceil(yields || ATTEMPT * Math.max(1, (others + 1) / 2));
    } else if (trying.tip === tip.number) {
      Object.assign(tip, { number: tip.number + 1, text: landed(0, next.backoff.withWaitTrailer('x\n')) });
      took.push(Date.now() - next.since);
      delete next.trying;
      next.left -= 1;
      wish(next);
    } else {
      delete next.trying;
      next.at = Date.now() + Math.ceil(next.pause(Date.now() - trying.began));
    }
  }
}

describe(`a model of writers that write without a break (seed ${SEED})`, () => {
  it.each([16, 32])('lets none of %i writers wait many times longer than the others', (writers) => {
    const [fair, control] = [contend(writers, 25, true), contend(writers, 25, false)];
    const slowest = (all: number[]): number => all.at(-1) as number;
    const p95 = (all: number[]): number => all[Math.ceil(all.length * 0.95) - 1] as number;
    console.log(
      `${writers} × 25: p95 ${p95(fair)} ms, slowest ${slowest(fair)}; by pauses alone ${p95(control)}, ${slowest(control)}`,
    );
    expect(fair).toHaveLength(writers * 25);
    expect(slowest(fair)).toBeLessThan(slowest(control) / 2);
  });
});
