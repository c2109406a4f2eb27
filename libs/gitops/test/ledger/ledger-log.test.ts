import { describe, expect, it } from 'vitest';
import { logArguments, parseLog } from '../../src/ledger/ledger-log.ts';

describe('the log of a ledger file', () => {
  it('follows first parents, and has a limit only if one is given', () => {
    expect(logArguments('c0ffee', 'apps/api/release.yaml', Infinity)).toEqual([
      'log',
      '-z',
      '--first-parent',
      '--format=%H%n%cI%n%cn%n%(trailers:only,unfold)',
      'c0ffee',
      '--',
      'apps/api/release.yaml',
    ]);
    expect(logArguments('c0ffee', 'x', 3)).toContain('--max-count=3');
  });

  it('is read with every value of a trailer that repeats, and none of other programs', () => {
    const one = 'aa\n2026-11-23T10:00:00Z\nAda\nSlipway-App: api\nSlipway-App: web\nSigned-off-by: Ada\n\n';
    const two = 'bb\n2026-11-22T10:00:00Z\nBob\n\n';
    expect(parseLog(`${one}\0${two}`)).toEqual([
      {
        commit: 'aa',
        at: '2026-11-23T10:00:00Z',
        committer: 'Ada',
        trailers: new Map([['App', ['api', 'web']]]),
      },
      { commit: 'bb', at: '2026-11-22T10:00:00Z', committer: 'Bob', trailers: new Map() },
    ]);
    expect(parseLog('')).toEqual([]);
  });
});
