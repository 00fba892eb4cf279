import { substituteReferences } from '../../config/environment.ts';
import { textFilesIn } from '../../config/text-file.ts';
import { Misuse } from '../options/misuse.ts';
import type { Surroundings } from '../surroundings.ts';

/** Where a command reads: the sources of a configuration, or a running service. */
export interface GraphOptions {
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  /** As they were written: `Name: value`. */
  readonly header?: readonly string[] | undefined;
}

export interface ServiceAddress {
  /** Ends in a slash: paths of the service stand behind it. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** The variable that says where the service is. */
export const URL_VARIABLE = 'TRIBUTARY_URL';
/** The variable with headers, each on a line of its own, for when none is on the command line. */
const HEADER_VARIABLE = 'TRIBUTARY_HEADER';

/** Names of headers that the command sets itself, or that belong to the connection. */
const OWN_HEADERS = ['accept', 'connection', 'content-length', 'content-type', 'host', 'transfer-encoding'];

/** The service that the command line or the environment names; null: a configuration is meant. Throws `Misuse`. */
export function addressOf(
  { config, url, header = [] }: GraphOptions,
  { environment, folder }: Pick<Surroundings, 'environment' | 'folder'>,
): ServiceAddress | null {
  // A configuration on the command line is before a service in the environment.
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

/** Nothing of what was written is shown: it may hold a password. */
function baseOf(text: string, origin: string): URL {
  const expected = 'Expected the address of the service, such as https://logs.example.com/.';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new Misuse(`${origin} is no http or https URL. ${expected}`);
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
