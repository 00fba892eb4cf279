import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { ROOT } from '../support/folders.ts';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** Subgraphs on ports of the loopback, and two gateways before them. */
export class Supergraph {
  readonly #servers: Server[] = [];
  readonly #programs: ChildProcess[] = [];

  /** Serves a subgraph, and gives its address. */
  async listen(handler: RequestListener): Promise<string> {
    const server = createServer(handler).listen(0, '127.0.0.1');
    this.#servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }

  /** Starts a program of `test/gateways`, and gives the first that it prints. */
  async start(args: readonly string[], input = '', environment: Record<string, string> = {}): Promise<string> {
    const program = spawn('node', args, {
      cwd: `${ROOT}/test/gateways`,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    this.#programs.push(program);
    program.stdin.end(input);
    const [first] = (await once(program.stdout, 'data')) as [Buffer];
    return first.toString();
  }

  /** Composes subgraphs, and gives the addresses of both gateways. */
  async gateways(subgraphs: readonly Subgraph[]): Promise<Readonly<Record<'apollo' | 'hive', string>>> {
    const { supergraphSdl, errors } = composeServices(
      subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
    );
    if (errors !== undefined) throw new Error(errors.join('\n'));
    return JSON.parse(await this.start(['gateways.js'], supergraphSdl)) as Record<'apollo' | 'hive', string>;
  }

  async close(): Promise<void> {
    for (const program of this.#programs) {
      // One of the gateways waits for its connections on a gentler signal.
      program.kill('SIGKILL');
      if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
    }
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}
