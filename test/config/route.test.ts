import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/config/problems.ts';
import type { RouteSettings } from '../../src/http/settings.ts';
import { certificateFile, certificates } from '../http/certificates.ts';
import { FAKE_VENDORS } from './fake-vendors.ts';

const { ca, client, encrypted } = certificates;

function routeOf(keys: Record<string, unknown>, environment: Record<string, string> = {}): RouteSettings {
  const orchard = { vendor: 'orchard', workspaces: ['w'] };
  const source = { baseUrl: 'https://a.example', ...('vendor' in keys ? {} : orchard), ...keys };
  const { sources } = parseConfiguration(
    { sources: { first: source } },
    { origin: 'test', vendors: FAKE_VENDORS, environment },
  );
  const { tls, proxy } = sources[0]!.http;
  return { tls, proxy };
}

function problemsOf(...given: Parameters<typeof routeOf>): unknown {
  try {
    routeOf(...given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the proxy of a source', () => {
  const environment = { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'b:2', NO_PROXY: 'c,.d' };

  test('is taken from the environment', () => {
    expect(routeOf({}, environment).proxy).toEqual({ http: 'http://a:1', https: 'http://b:2', except: 'c,.d' });
    expect(routeOf({}, { https_proxy: 'http://small:1', HTTPS_PROXY: 'http://large:1' }).proxy).toEqual({
      http: null,
      https: 'http://small:1',
      except: '',
    });
    expect(routeOf({}, { HTTP_PROXY: '', NO_PROXY: 'c' }).proxy).toBeUndefined();
  });

  test('is taken from the source first, then from the environment', () => {
    expect(routeOf({ proxy: 'http://u:p@own:3128' }, environment).proxy).toBe('http://u:p@own:3128');
    expect(routeOf({ proxy: 'none' }, environment).proxy).toBeUndefined();
  });

  test('is refused if it is not a proxy URL, without showing it', () => {
    expect(problemsOf({ proxy: 'socks5://u:hunter2@own' })).toEqual([
      {
        key: 'sources.first.proxy',
        message: 'expected a URL such as http://proxy.example.com:3128, or "none"',
      },
    ]);
    expect(problemsOf({}, { HTTPS_PROXY: 'ftp://hunter2' })).toEqual([
      { key: '', message: 'the environment variable HTTPS_PROXY does not name an http or https proxy' },
    ]);
  });
});

test('a proxy with a user or a password that cannot be decoded is refused, without showing it', () => {
  const words = 'has a `%` in its user or password that is no escape; write it as `%25`';
  for (const user of ['u:hun%ter2', 'hun%ter2:p', 'u:%ff', 'u:p%']) {
    const proxy = `http://${user}@own:3128`;
    expect(problemsOf({ proxy })).toEqual([{ key: 'sources.first.proxy', message: words }]);
    const message = `the environment variable HTTPS_PROXY ${words}`;
    expect(problemsOf({}, { HTTPS_PROXY: proxy })).toEqual([{ key: '', message }]);
  }
  expect(routeOf({ proxy: 'http://u:p%25@own:3128' }).proxy).toBe('http://u:p%25@own:3128');
});

describe('the certificates of a source', () => {
  test('come from files or from the configuration itself', () => {
    const files = {
      ca: certificateFile('ca.pem'),
      certificate: certificateFile('client.pem'),
      key: certificateFile('client-encrypted.key'),
      passphrase: encrypted.passphrase,
    };
    expect(routeOf({ tls: files }).tls).toEqual({ ca, certificate: client.certificate, ...encrypted });
    const inline = routeOf(
      { tls: { certificate: '${CERT}', key: '${KEY}' } },
      { CERT: client.certificate, KEY: client.key },
    );
    expect(inline.tls).toEqual({ certificate: client.certificate.trimEnd(), key: client.key.trimEnd() });
  });

  test.each(['\\n', '\\r\\n'])(
    'may have their line breaks written as %s, as in a variable of one line',
    (lineBreak) => {
      const written = (pem: string): string => pem.trimEnd().replaceAll(/\r?\n/g, lineBreak);
      const { tls } = routeOf(
        { tls: { ca: '${CA}', certificate: '${CERT}', key: '${KEY}' } },
        { CA: written(ca), CERT: written(client.certificate), KEY: written(client.key) },
      );
      expect(tls).toEqual({ ca: ca.trimEnd(), certificate: client.certificate.trimEnd(), key: client.key.trimEnd() });
    },
  );

  test.each([
    [{ certificate: client.certificate }, 'key', 'is missing: `certificate` needs it'],
    [{ key: client.key }, 'certificate', 'is missing: `key` needs it'],
    [{ passphrase: 'a' }, 'passphrase', 'has no effect without `key`'],
    [{ ca: '/absent/ca.pem' }, 'ca', 'the file cannot be read (ENOENT)'],
    [{ ca: certificateFile('client.key') }, 'ca', 'holds no PEM certificate'],
    [
      { certificate: client.certificate, key: encrypted.key, passphrase: 'hunter2' },
      'passphrase',
      'does not open the key',
    ],
  ])('are checked at the start (%#)', (tls, setting, message) => {
    expect(problemsOf({ tls })).toEqual([{ key: `sources.first.tls.${setting}`, message }]);
  });

  test('replace a secret, which is required without them', () => {
    const auth = { type: 'oauth2-client-credentials', tokenUrl: 'https://a.example/token', clientId: 'c' };
    const harbour = { vendor: 'harbour', auth };
    expect(routeOf({ ...harbour, tls: client }).tls).toEqual(client);
    expect(problemsOf(harbour)).toEqual([
      {
        key: 'sources.first.auth.clientSecret',
        message: 'is missing: it may be left out only if `tls.certificate` is set',
      },
    ]);
  });
});
