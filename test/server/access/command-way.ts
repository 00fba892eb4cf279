import { start } from '../../cli/command-line.ts';

/** What the command line says of a running service, with a caller's credential. */
export async function overCommand(url: string, authorization: string | null, args: readonly string[]): Promise<string> {
  const header = authorization === null ? [] : ['--header', 'Authorization: ${CREDENTIAL}'];
  const environment = authorization === null ? {} : { CREDENTIAL: authorization };
  const command = start([...args, '--url', url, ...header], { environment });
  return JSON.stringify([await command.done, command.output(), command.errors()]);
}
