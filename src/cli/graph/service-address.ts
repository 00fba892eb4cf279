import { substituteReferences } from '../../config/environment.ts';
import { textFilesIn } from '../../config/text-file.ts';
import { Misuse } from '../options/misuse.ts';
import type { Surroundings } from '../surroundings.ts';

/** Options that choose what a command reads: the sources of a configuration, or a running service. */
export interface GraphOptions {
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  /** Headers as the user wrote them: `Name: value`. */
  readonly header?: readonly string[] | undefined;
}

export interface ServiceAddress {
  /** Ends in a slash, so that the service's paths can be appended. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** The environment variable with the service's address. */
export const URL_VARIABLE = 'TRIBUTARY_URL';
/** The environment variable with headers, one per line. Used if the command line has none. */
const HEADER_VARIABLE = 'TRIBUTARY_HEADER';

/** Headers that the user cannot set: the command sets them, or they belong to the connection. */
const OWN_HEADERS = ['accept', 'connection', 'content-length', 'content-type', 'host', 'transfer-encoding'];

/** The service that the command line or the environment names. Null: read a configuration instead. Throws `Misuse`. */
export function addressOf(
  { config, url, header = [] }: GraphOptions,
  { environment, folder }: Pick<Surroundings, 'environment' | 'folder'>,
): ServiceAddress | null {
  // A configuration on the command line overrides a service in the environment.
  const text = url ?? (config === undefined ? environment[URL_VARIABLE] : undefined) ?? '';
  if (text === '') {
    if (header.length > 0) throw new Misuse(`--header is for a running service: give --url, or set ${URL_VARIABLE}.`);
    return null;
  }
  const readText = textFilesIn(folder);
  const inEnvironment = (environment[HEADER_VARIABLE] ?? '').split('\n').filter((line) => line.trim() !== '');
  const headers = (header.length > 0 ? header : inEnvironment).map((written) => {
    const { value, problems } = substituteReferences(written, environment, readText);
    const [problem] = problems;
    if (problem !== undefined) throw new Misuse(`A header cannot be used: ${problem.message}.`);
    return headerOf(String(value));
  });
  return { url: baseOf(text, url === undefined ? URL_VARIABLE : '--url'), headers: Object.fromEntries(headers) };
}

/** Errors never quote the URL, because it may contain a password. */
function baseOf(text: string, origin: string): URL {
  const expected = 'Expected the address of the service, such as https://logs.example.com/.';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new Misuse(`${origin} is not an http or https URL. ${expected}`);
  if (url.username !== '' || url.password !== '')
    throw new Misuse(`${origin} must not hold a user or a password: send them with --header.`);
  if (url.search !== '' || url.hash !== '') throw new Misuse(`${origin} must end with the path. ${expected}`);
  url.pathname = `${url.pathname.replace(/\/(?:graphql)?$/, '')}/`;
  return url;
}

function headerOf(text: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*?)[ \t]*$/.exec(text) ?? [];
  if (value === '')
    throw new Misuse("A header needs a name and a value, such as --header 'Authorization: Bearer ${NAME}'.");
  if (OWN_HEADERS.includes(name.toLowerCase())) throw new Misuse(`A header cannot set ${name}.`);
  return [name.toLowerCase(), value];
}
