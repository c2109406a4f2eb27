import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairBackoff } from '../../src/branch/fair-backoff.ts';
import { generator } from '../support/random.ts';

const SEED = Number(process.env['SLIPWAY_SEED'] ?? 20_261_124);
const DEADLINE = 120_000;

/** The newest commit, made so many milliseconds ago by one who had waited. */
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

describe('the turn of one who writes', () => {
  it('comes at once on a new branch, and where the newest commit had not to wait', () => {
    const backoff = new FairBackoff(DEADLINE);
    expect(backoff.delayBefore(undefined)).toBe(0);
    expect(backoff.delayBefore(landed(0, 'Set a\n\nSlipway-File: a\n'))).toBe(0);
  });

  it('comes after those who may have waited longer than the last one that landed, and then at once', () => {
    const backoff = new FairBackoff(DEADLINE);
    const pause = backoff.delayBefore(landed(0, waited(5_000)));
    expect(pause).toBeGreaterThanOrEqual(2_000);
    expect(pause).toBeLessThan(4_000);
    vi.advanceTimersByTime(Math.ceil(pause));
    expect(backoff.delayBefore(landed(0, waited(5_000)))).toBe(0);
    expect(backoff.delayBefore(landed(0, waited(20_000)))).toBeGreaterThan(0);
  });

  it('is not put off by what is long over, by a clock that is a day wrong, or beyond a quarter of the deadline', () => {
    const backoff = new FairBackoff(DEADLINE);
    expect(backoff.delayBefore(landed(6_000, waited(60_000)))).toBe(0);
    expect(backoff.delayBefore(landed(0, waited(60_000)))).toBeLessThanOrEqual(5_000);
    expect(backoff.delayBefore(landed(86_400_000, waited(5_000)))).toBe(0);
    expect(backoff.delayBefore(landed(-86_400_000, waited(5_000)))).toBe(0);
    expect(backoff.delayBefore(landed(0, waited(999_999_999)))).toBeLessThanOrEqual(DEADLINE / 4);
    expect(backoff.delayBefore(landed(0, 'Set a\n\nSlipway-Waited: 99999999999999999999 ms\n'))).toBe(0);
    expect(backoff.delayBefore('no commit at all')).toBe(0);
  });

  it('waits longer for a branch where everything takes longer', () => {
    const backoff = new FairBackoff(DEADLINE);
    expect(backoff.delayBefore(landed(6_000, waited(60_000)), 1_000)).toBeGreaterThan(0);
    expect(backoff.delayBefore(landed(11_000, waited(60_000)), 1_000)).toBe(0);
  });

  it('is told of to others by whoever was beaten, as the last trailer', () => {
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

  it('follows a pause as long as attempts take, and one that grows while the remote cannot be asked', () => {
    const backoff = new FairBackoff(DEADLINE);
    vi.mocked(Math.random).mockReturnValue(1);
    expect([1, 100, 2_000, 60_000].map((took) => backoff.afterLoss(took))).toEqual([40, 300, 6_000, 10_000]);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => backoff.afterFailure())).toEqual([
      40, 80, 160, 320, 640, 1_280, 2_000, 2_000,
    ]);
  });
});

/** Milliseconds that an attempt takes while nobody else tries; two can be tried at once without being slower. */
const ATTEMPT = 50;

/** One who writes in the model: when it wished to, and what it does next and when. */
interface Writer {
  left: number;
  since: number;
  backoff: FairBackoff;
  pause: (took: number) => number;
  at: number;
  trying?: { began: number; tip: number };
}

/** Lets writers land so many bumps each, each as soon as the one before has landed. @returns how long each took, sorted */
function contend(writers: number, bumps: number, polite: boolean): number[] {
  const took: number[] = [];
  const tip = { number: 0, text: landed(0, 'start') };
  const wish = (writer: Partial<Writer>): void => {
    let lost = 0;
    const backoff = new FairBackoff(DEADLINE);
    const grown = () => Math.random() * Math.min(2_000, 40 * 2 ** lost++); // with nothing else: the negative control
    Object.assign(writer, {
      since: Date.now(),
      backoff,
      pause: polite ? (ms: number) => backoff.afterLoss(ms) : grown,
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
      const yields = polite ? next.backoff.delayBefore(tip.text) : 0;
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

describe(`a model of writers who want to write again at once (seed ${SEED})`, () => {
  it.each([16, 32])('lets none of %i wait many times longer than the others', (writers) => {
    const [polite, control] = [contend(writers, 25, true), contend(writers, 25, false)];
    const slowest = (all: number[]): number => all.at(-1) as number;
    const p95 = (all: number[]): number => all[Math.ceil(all.length * 0.95) - 1] as number;
    console.log(
      `${writers} × 25: p95 ${p95(polite)} ms, slowest ${slowest(polite)}; by pauses alone ${p95(control)}, ${slowest(control)}`,
    );
    expect(polite).toHaveLength(writers * 25);
    expect(slowest(polite)).toBeLessThan(slowest(control) / 2);
  });
});
