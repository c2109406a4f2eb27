import { describe, expect, it } from 'vitest';
import { addressOf, withoutSecrets } from '../../src/git/remote-address.ts';
import { Settings } from '../../src/git/git-settings.ts';

const settings = (...entries: [string, string][]): Settings => new Settings(entries);

describe('the address of a remote', () => {
  it('is that of the named remote; a URL or folder is used unchanged', () => {
    const known = settings(['remote.origin.url', '/srv/r.git']);
    expect(addressOf(known, 'origin', 'fetch')).toEqual({ url: '/srv/r.git' });
    expect(addressOf(known, 'ssh://git@h/r.git', 'push')).toEqual({ url: 'ssh://git@h/r.git' });
    expect(addressOf(known, 'git@h:r.git', 'push')).toEqual({ url: 'git@h:r.git' });
    expect(addressOf(known, 'upstream', 'fetch')).toBeUndefined();
    expect(addressOf(known, '-oProxyCommand=x:r.git', 'fetch')).toBeUndefined();
    expect(addressOf(known, 'ext::touch pwned', 'fetch')).toBeUndefined();
  });

  it('is rewritten as by Git: by the longest rule, for pushes by pushInsteadOf', () => {
    const known = settings(
      ['remote.origin.url', 'gh:acme/r'],
      ['url.https://github.com/.insteadof', 'gh:'],
      ['url.https://github.com/acme/.insteadof', 'gh:acme/'],
      ['url.git@github.com:.pushinsteadof', 'gh:'],
    );
    expect(addressOf(known, 'origin', 'fetch')).toEqual({ url: 'https://github.com/acme/r' });
    expect(addressOf(known, 'origin', 'push')).toEqual({ url: 'git@github.com:acme/r' });
  });

  it('for pushes is pushurl if it is set', () => {
    const known = settings(['remote.origin.url', 'a/b'], ['remote.origin.pushurl', 'c/d']);
    expect(addressOf(known, 'origin', 'push')).toEqual({ url: 'c/d' });
  });

  it.each([
    ['https://ada:s3%40cret@h/r.git', { url: 'https://h/r.git', username: 'ada', password: 's3@cret' }],
    ['https://token@h/r.git', { url: 'https://h/r.git', username: 'token' }],
    ['https://h/r@v.git', { url: 'https://h/r@v.git' }],
    ['ssh://git@h/r.git', { url: 'ssh://git@h/r.git' }],
    ['https://a:%zz@h/r', { url: 'https://h/r', username: 'a', password: '%zz' }],
  ])('%s: user name and password are separate', (url, address) => {
    expect(withoutSecrets(url)).toEqual(address);
  });

  it('keeps credentials that a rewriting rule adds separate, too', () => {
    const known = settings(
      ['remote.origin.url', 'https://github.com/acme/r'],
      ['url.https://x-access-token:s3cret@github.com/.insteadof', 'https://github.com/'],
    );
    expect(addressOf(known, 'origin', 'push')).toEqual({
      url: 'https://github.com/acme/r',
      username: 'x-access-token',
      password: 's3cret',
    });
  });
});
