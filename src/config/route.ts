import { hasReadableUser, isProxyUrl, UNREADABLE_USER } from './schema/route.ts';
import type { TlsInput } from './schema/route.ts';
import { rememberPassword } from './secret.ts';
import type { Environment } from './environment.ts';
import type { Problem } from './problems.ts';
import { UnreadableFile } from './text-file.ts';
import type { ReadText } from './text-file.ts';
import { secureContextOf, TlsProblem } from '../http/request/tls.ts';
import type { EnvironmentProxies, ProxySettings, TlsSettings } from '../http/settings.ts';

/** The `tls` settings of a source, with files read and checked. Reports a problem under `key` and returns undefined. */
export function tlsSettings(
  tls: TlsInput,
  key: string,
  readText: ReadText,
  report: (problem: Problem) => void,
): TlsSettings | undefined {
  function pem(setting: 'ca' | 'certificate' | 'key'): string | undefined {
    const text = tls[setting];
    if (text === undefined) return undefined;
    if (text.includes('-----BEGIN ')) return withLineBreaks(text);
    try {
      return withLineBreaks(readText(text));
    } catch (error) {
      if (error instanceof UnreadableFile) throw new TlsProblem(setting, `the file ${error.message}`);
      throw error;
    }
  }

  try {
    const settings = { ca: pem('ca'), certificate: pem('certificate'), key: pem('key'), passphrase: tls.passphrase };
    secureContextOf(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof TlsProblem)) throw error;
    report({ key: `${key}.${error.setting}`, message: error.message });
    return undefined;
  }
}

/** PEM has no backslashes: where `\\n` is written out, as many variables hold it, a line break is meant. */
function withLineBreaks(pem: string): string {
  return pem.replaceAll(/(?:\\r)?\\n/g, '\n');
}

/** The proxies that the environment names; undefined if it names none. */
export function environmentProxies(
  environment: Environment,
  report: (problem: Problem) => void,
): EnvironmentProxies | undefined {
  /** Lower-case names take precedence, as in other programs. */
  function read(name: string): string {
    return (environment[name] ?? environment[name.toUpperCase()] ?? '').trim();
  }

  function proxy(name: string): string | null {
    const text = read(name);
    if (text === '') return null;
    const url = text.includes('://') ? text : `http://${text}`;
    const isUrl = isProxyUrl(url);
    if (isUrl && hasReadableUser(url)) return rememberPassword(url);
    const problem = isUrl ? UNREADABLE_USER : 'does not name an http or https proxy';
    report({ key: '', message: `the environment variable ${name.toUpperCase()} ${problem}` });
    return null;
  }

  const http = proxy('http_proxy');
  const https = proxy('https_proxy');
  return http === null && https === null ? undefined : { http, https, except: read('no_proxy') };
}

/** The source's own setting takes precedence. */
export function proxyOf(
  configured: string | undefined,
  environment: EnvironmentProxies | undefined,
): ProxySettings | undefined {
  if (configured === undefined) return environment;
  return configured === 'none' ? undefined : configured;
}
