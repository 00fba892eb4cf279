import { isProxyUrl } from './schema/route.ts';
import type { TlsInput } from './schema/route.ts';
import type { Environment } from './environment.ts';
import type { Problem } from './problems.ts';
import { UnreadableFile } from './text-file.ts';
import type { ReadText } from './text-file.ts';
import { secureContextOf, TlsProblem } from '../http/request/tls.ts';
import type { EnvironmentProxies, ProxySettings, TlsSettings } from '../http/settings.ts';

/** What a source's `tls` says, its files read and tried. Undefined after a problem; that comes under `key`. */
export function tlsSettings(
  tls: TlsInput,
  key: string,
  readText: ReadText,
  report: (problem: Problem) => void,
): TlsSettings | undefined {
  function pem(setting: 'ca' | 'certificate' | 'key'): string | undefined {
    const text = tls[setting];
    if (text === undefined || text.includes('-----BEGIN ')) return text;
    try {
      return readText(text);
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

/** The proxies that the environment names; undefined when there is none. */
export function environmentProxies(
  environment: Environment,
  report: (problem: Problem) => void,
): EnvironmentProxies | undefined {
  /** In lower case first, as other programs read them. */
  function read(name: string): string {
    return (environment[name] ?? environment[name.toUpperCase()] ?? '').trim();
  }

  function proxy(name: string): string | null {
    const text = read(name);
    if (text === '') return null;
    const url = text.includes('://') ? text : `http://${text}`;
    if (isProxyUrl(url)) return url;
    report({ key: '', message: `the environment variable ${name.toUpperCase()} names no http or https proxy` });
    return null;
  }

  const http = proxy('http_proxy');
  const https = proxy('https_proxy');
  return http === null && https === null ? undefined : { http, https, except: read('no_proxy') };
}

/** A source's own word goes first. */
export function proxyOf(
  configured: string | undefined,
  environment: EnvironmentProxies | undefined,
): ProxySettings | undefined {
  if (configured === undefined) return environment;
  return configured === 'none' ? undefined : configured;
}
